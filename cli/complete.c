/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/complete.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/talk.h"
#include "model/cli_words.h"

#define ANSWERS_MAX 2000

static FILE *answers; /* where they go */

static bool
begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static void
complete_command(const char *start)
{
	for (unsigned i = 0; i < cli_command_count; i++) {
		const struct cli_command *c = &cli_command_table[i];

		if (!(c->flags & (CLI_HIDDEN | CLI_DEPRECATED)) &&
		    begins(c->name, start))
			fprintf(answers, "%s\n", c->name);
	}
	if (begins("apply", start))
		fputs("apply\n", answers);
	if (begins("help", start))
		fputs("help\n", answers);
}

/* ---- names of parameters ---- */

static bool
is_given(const char *name, const char *const *words, size_t n)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (strncmp(words[i], name, len) == 0 && words[i][len] == '=')
			return true;
	return false;
}

static void
put_params(const char *const *names, const char *start,
    const char *const *words, size_t n)
{
	for (; *names; names++) {
		size_t len = strlen(*names);
		bool map = len > 0 && (*names)[len - 1] == ':';

		if (begins(*names, start) && !is_given(*names, words, n))
			fprintf(answers, "%s%s\n", *names, map ? "" : "=");
	}
}

static void
complete_switch(const char *start)
{
	static const char *const all[] = { "--minimal", "--multiple", "--force",
		"--output=table", "--output=json", "--output=jsonl",
		"--output=yaml", "--output=csv", "--where=", "--watch",
		"--explain", "--dry-run", "--all", "--progress", "--nossl",
		"--no-verify", NULL };

	for (const char *const *s = all; *s; s++)
		if (begins(*s, start))
			fprintf(answers, "%s\n", *s);
}

static void
complete_param(const struct cli_command *c, const char *start,
    const char *const *words, size_t n)
{
	static const char *const by[][2] = {
		[CLI_SELECT_VM] = { "vm", NULL },
		[CLI_SELECT_HOST] = { "host", NULL },
		[CLI_SELECT_SR] = { "sr", NULL },
	};

	if (*start == '-') {
		complete_switch(start);
		return;
	}
	put_params(c->required, start, words, n);
	put_params(c->optional, start, words, n);
	if (c->select) {
		put_params(by[c->select], start, words, n);
		if (begins("uuid", start))
			fputs("uuid=\n", answers);
	}
}

/* ---- values ---- */

/* A list of names between commas: what the last of them may become. */
static void
complete_names(const char *const *names, const char *name, const char *value)
{
	const char *comma = strrchr(value, ',');
	size_t kept = comma ? (size_t)(comma - value) + 1 : 0;

	for (; *names; names++)
		if (begins(*names, value + kept))
			fprintf(answers, "%s=%.*s%s\n", name, (int)kept, value,
			    *names);
	if (!kept && begins("all", value) && strcmp(name, "params") == 0)
		fprintf(answers, "%s=all\n", name);
}

static bool
is_list(const char *name)
{
	const struct cli_command *c = cli_command_find(name);

	return c && c->verb == CLI_LIST;
}

/* The class whose uuid a parameter is: "sr-uuid" sr, "uuid" of vdi-copy vdi. */
static bool
class_of(const char *command, const char *param, char *out, size_t size)
{
	size_t n = strlen(param);
	char list[96];

	if (n > 5 && strcmp(param + n - 5, "-uuid") == 0) {
		snprintf(out, size, "%.*s", (int)(n - 5), param);
		snprintf(list, sizeof(list), "%s-list", out);
		return is_list(list);
	}
	if (strcmp(param, "uuid") != 0)
		return false;
	snprintf(out, size, "%s", command);
	while (*out) {
		char *dash;

		snprintf(list, sizeof(list), "%s-list", out);
		if (is_list(list))
			return true;
		dash = strrchr(out, '-');
		if (!dash)
			return false;
		*dash = '\0';
	}
	return false;
}

/* Prints PARAM=VALUE for each line of the answer. */
static void
put_answers(struct bytes *answer, const char *param, const char *value)
{
	char *rest = (char *)(bytes_cstr(answer) ? answer->p : NULL), *line;
	int n = 0;

	while (rest && (line = strsep(&rest, "\n")) && n < ANSWERS_MAX)
		if (*line && begins(line, value)) {
			fprintf(answers, "%s=%s\n", param, line);
			n++;
		}
}

/* Shells wait for us: no question, no message. */
static bool
can_ask(struct options *o)
{
	if (o->password_file)
		return options_read_password_file(o) == 0;
	return o->password || link_is_local(o);
}

static void
ask(const struct options *o, const char *cls, const char *field,
    const char *param, const char *value)
{
	CLEANUP_BYTES struct bytes answer = { 0 };
	char list[96], params[64];
	const char *args[] = { list, params };
	struct options question = *o;

	snprintf(list, sizeof(list), "%s-list", cls);
	snprintf(params, sizeof(params), "params=%s", field);
	question.args = args;
	question.nargs = 2;
	question.output = OUTPUT_JSONL; /* rows, not text */
	question.where = NULL;
	question.dry_run = question.explain = question.watch = false;
	complain_hushed = true;
	if (talk_ask(&question, &answer) == 0)
		put_answers(&answer, param, value);
	complain_hushed = false;
}

/* Files of this machine; a folder goes on. */
static void
complete_file(const char *param, const char *value)
{
	CLEANUP_FREE char *pattern = NULL;
	glob_t found;

	if (strpbrk(value, "*?[\\") || asprintf(&pattern, "%s*", value) < 0)
		return;
	if (glob(pattern, GLOB_MARK, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && i < ANSWERS_MAX; i++)
			fprintf(answers, "%s=%s\n", param, found.gl_pathv[i]);
	globfree(&found);
}

static void
complete_value(struct options *o, const struct cli_command *c, const char *word)
{
	size_t n = strcspn(word, "=");
	char param[64], cls[64];
	const char *value = word + n + 1;

	if (n >= sizeof(param))
		return;
	snprintf(param, sizeof(param), "%.*s", (int)n, word);
	if (files_is_param(param))
		complete_file(param, value);
	else if (strcmp(param, "params") == 0 ||
	    strcmp(param, "param-name") == 0)
		complete_names(c->names, param, value);
	else if (strcmp(param, "vm") == 0 || strcmp(param, "host") == 0 ||
	    strcmp(param, "sr") == 0 || strcmp(param, "on") == 0 ||
	    strcmp(param, "template") == 0) {
		if (can_ask(o))
			ask(o, strcmp(param, "on") == 0 ? "host" : param,
			    "name-label", param, value);
	} else if (class_of(c->name, param, cls, sizeof(cls))) {
		if (can_ask(o))
			ask(o, cls, "uuid", param, value);
	}
}

int
complete_run(struct options *o, const char *const *words, size_t n, FILE *to)
{
	const char *last = n ? words[n - 1] : "";
	const struct cli_command *c;

	answers = to;
	if (n < 2) {
		if (*last == '-')
			complete_switch(last);
		else
			complete_command(last);
		return 0;
	}
	if (strcmp(words[0], "help") == 0) {
		complete_command(last);
		return 0;
	}
	c = cli_command_find(words[0]);
	if (!c)
		return 0;
	if (strchr(last, '=') && *last != '-')
		complete_value(o, c, last);
	else
		complete_param(c, last, words + 1, n - 2);
	return 0;
}
