/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/args.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/text.h"

#define SESSION_LINE "session_id="

/* Switches with one dash; they take the next word. */
static const struct {
	const char *word, *name;
} switches[] = {
	{ "-u", "username" },
	{ "-pw", "password" },
	{ "-s", "server" },
	{ "-h", "server" },
	{ "-p", "port" },
};

/* ---- lines ---- */

/* The next line, without its end; *p is NULL behind the last one. */
static char *
next_line(char **p)
{
	char *line = *p, *lf = strchr(line, '\n');
	size_t n;

	if (lf)
		*lf = '\0';
	*p = lf ? lf + 1 : NULL;
	n = strlen(line);
	if (n > 0 && line[n - 1] == '\r')
		line[n - 1] = '\0';
	return line;
}

static struct cli_param *
add_param(struct cli *cli)
{
	return &cli->params[cli->nparams++];
}

static const char *
switch_name(const char *word)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (strcmp(switches[i].word, word) == 0)
			return switches[i].name;
	return NULL;
}

static int
parse_switch(struct cli *cli, const char *word, char **rest)
{
	const char *name = switch_name(word);

	if (!name)
		return cli_fail_usage(cli, "Syntax error: Unknown switch: %s",
		    word);
	if (!*rest)
		return cli_fail_usage(cli, "Syntax error: %s wants a value",
		    word);
	*add_param(cli) = (struct cli_param){ name, next_line(rest) };
	return 0;
}

static int
parse_param(struct cli *cli, char *word, char **rest)
{
	char *equals;

	if (word[0] == '-' && word[1] == '-') {
		*add_param(cli) = (struct cli_param){ word + 2, "true" };
		return 0;
	}
	if (word[0] == '-')
		return parse_switch(cli, word, rest);
	equals = strchr(word, '=');
	if (equals)
		*equals = '\0';
	*add_param(cli) = (struct cli_param){ word, equals ? equals + 1 : "" };
	return 0;
}

int
cli_args_parse(struct cli *cli, const char *body, size_t len)
{
	char *text, *p;
	unsigned lines = 1;

	if (memchr(body, '\0', len) || !text_is_clean(body, len))
		return cli_fail_usage(cli,
		    "Syntax error: the arguments are not clean UTF-8");
	text = p = arena_strndup(cli->arena, body, len);
	for (size_t i = 0; i < len; i++)
		lines += body[i] == '\n';
	cli->params = arena_array(cli->arena, lines, sizeof(*cli->params));
	if (!text || !cli->params)
		return cli_fail_nomem(cli);
	if (strncmp(p, SESSION_LINE, strlen(SESSION_LINE)) == 0)
		cli->session = next_line(&p) + strlen(SESSION_LINE);
	cli->name = p ? next_line(&p) : "";
	if (!*cli->name || strchr(cli->name, '='))
		return cli_fail_usage(cli,
		    "Syntax error: the name of a command is missing");
	while (p)
		if (parse_param(cli, next_line(&p), &p) < 0)
			return -1;
	return 0;
}

int
cli_args_check(struct cli *cli)
{
	for (const char *const *r = cli->command->required; *r; r++)
		if (!cli_get(cli, *r))
			return cli_fail_missing(cli, *r);
	return cli_get_bool(cli, "minimal", false, &cli->minimal);
}

/* ---- looking at them ---- */

const char *
cli_get(const struct cli *cli, const char *name)
{
	for (unsigned i = 0; i < cli->nparams; i++)
		if (strcmp(cli->params[i].name, name) == 0)
			return cli->params[i].value;
	return NULL;
}

const char *
cli_need(const struct cli *cli, const char *name)
{
	return cli_get_text(cli, name);
}

const char *
cli_get_text(const struct cli *cli, const char *name)
{
	const char *value = cli_get(cli, name);

	return value ? value : "";
}

int
cli_get_bool(struct cli *cli, const char *name, bool otherwise, bool *out_r)
{
	const char *value = cli_get(cli, name);

	*out_r = otherwise;
	return value ? cli_parse_bool(cli, name, value, out_r) : 0;
}

bool
cli_forced(const struct cli *cli)
{
	const char *value = cli_get(cli, "force");

	return value && strcasecmp(value, "true") == 0;
}

bool
cli_next_pair(const struct cli *cli, const char *prefix, unsigned *i,
    const char **key_r, const char **value_r)
{
	size_t n = strlen(prefix) - 1; /* without the colon */

	while (*i < cli->nparams) {
		const struct cli_param *p = &cli->params[(*i)++];

		if (strncmp(p->name, prefix, n) != 0 ||
		    (p->name[n] != ':' && p->name[n] != '-') ||
		    p->name[n + 1] == '\0')
			continue;
		*key_r = p->name + n + 1;
		*value_r = p->value;
		return true;
	}
	return false;
}

static bool
own_list_has(const char *const *list, const char *name)
{
	size_t n = strcspn(name, ":");

	for (; *list; list++) {
		size_t len = strlen(*list);

		if (len && (*list)[len - 1] == ':')
			len--;
		if (len == n && strncmp(*list, name, n) == 0)
			return true;
	}
	return false;
}

bool
cli_is_own_param(const struct cli *cli, const char *name)
{
	return own_list_has(cli_standard_params, name) ||
	    own_list_has(cli->command->required, name) ||
	    own_list_has(cli->command->optional, name);
}

/* ---- values ---- */

int
cli_parse_bool(struct cli *cli, const char *param, const char *text,
    bool *out_r)
{
	static const char *const words[] = { "false", "f", "no", "n", "0",
		"true", "t", "yes", "y", "1" };
	const size_t n = sizeof(words) / sizeof(words[0]);

	for (size_t i = 0; i < n; i++)
		if (strcasecmp(words[i], text) == 0) {
			*out_r = i >= n / 2;
			return 0;
		}
	return cli_fail(cli, "%s is true or false, not '%s'", param, text);
}

int
cli_parse_int(struct cli *cli, const char *param, const char *text,
    int64_t *out_r)
{
	long long v;

	if (!text_parse_int(text, &v))
		return cli_fail(cli, "%s is a whole number, not '%s'", param,
		    text);
	*out_r = v;
	return 0;
}

static int
unit_shift(const char *unit)
{
	static const struct {
		const char *word;
		int shift;
	} units[] = { { "", 0 }, { "b", 0 }, { "bytes", 0 }, { "k", 10 },
		{ "kb", 10 }, { "kib", 10 }, { "m", 20 }, { "mb", 20 },
		{ "mib", 20 }, { "g", 30 }, { "gb", 30 }, { "gib", 30 },
		{ "t", 40 }, { "tb", 40 }, { "tib", 40 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcasecmp(units[i].word, unit) == 0)
			return units[i].shift;
	return -1;
}

int
cli_parse_size(struct cli *cli, const char *param, const char *text,
    int64_t *out_r)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	unsigned long long v;
	int shift;

	unit += strspn(unit, " ");
	shift = unit_shift(unit);
	errno = 0;
	v = strtoull(text, NULL, 10);
	if (digits == 0 || errno || shift < 0 ||
	    v > (unsigned long long)INT64_MAX >> shift)
		return cli_fail(cli,
		    "%s is a number of bytes, maybe with one of the units "
		    "KiB, MiB, GiB and TiB, not '%s'",
		    param, text);
	*out_r = (int64_t)(v << shift);
	return 0;
}

int
cli_parse_double(struct cli *cli, const char *param, const char *text,
    double *out_r)
{
	char *end;

	*out_r = strtod(text, &end);
	if (end == text || *end || !isfinite(*out_r))
		return cli_fail(cli, "%s is a number, not '%s'", param, text);
	return 0;
}

const char **
cli_split(struct cli *cli, const char *text, unsigned *n_r)
{
	unsigned max = 1, n = 0;
	const char **parts;

	for (const char *p = text; *p; p++)
		max += *p == ',';
	parts = arena_array(cli->arena, max, sizeof(*parts));
	while (parts && *text) {
		size_t len = strcspn(text, ",");

		parts[n] = arena_strndup(cli->arena, text, len);
		if (!parts[n++])
			parts = NULL;
		text += len + (text[len] == ',');
	}
	if (!parts)
		cli_fail_nomem(cli);
	*n_r = n;
	return parts;
}
