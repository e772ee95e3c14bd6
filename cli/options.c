/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "model/cli_words.h"

#define RC_BYTES_MAX 65536

bool complain_hushed;

void
complain(const char *fmt, ...)
{
	va_list ap;

	if (complain_hushed)
		return;
	fputs("xe: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

char *
options_own(struct options *o, char *text)
{
	char **more =
	    text ? realloc(o->owned, (o->nowned + 1) * sizeof(*more)) : NULL;

	if (!more) {
		free(text);
		return NULL;
	}
	o->owned = more;
	o->owned[o->nowned++] = text;
	return text;
}

/* ---- NAME=VALUE ---- */

static bool
is_true(const char *text)
{
	return strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0 ||
	    strcasecmp(text, "yes") == 0;
}

static bool
is_port(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= 5 && strspn(text, "0123456789") == n &&
	    atoi(text) <= 65535;
}

/* 1: it was for us, 0: it is for the server, -1: wrong (said). */
static int
take_named(struct options *o, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **text;
		bool *flag;
	} known[] = {
		{ "server", &o->server, NULL },
		{ "port", &o->port, NULL },
		{ "username", &o->username, NULL },
		{ "password", &o->password, NULL },
		{ "passwordfile", &o->password_file, NULL },
		{ "traceparent", &o->traceparent, NULL },
		{ "nossl", NULL, &o->nossl },
		{ "debug", NULL, &o->debug },
		{ "debugonfail", NULL, &o->debug_on_fail },
	};

	if (strcmp(name, "port") == 0 && !is_port(value)) {
		complain("%s is no port: they are numbers up to 65535", value);
		return -1;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		if (known[i].text)
			*known[i].text = value;
		else if (known[i].flag)
			*known[i].flag = is_true(value);
		return 1;
	}
	return 0;
}

static int
take_pair(struct options *o, char *word)
{
	char *equals = strchr(word, '=');
	int r;

	if (!equals || equals == word)
		return 0;
	*equals = '\0';
	r = take_named(o, word, equals + 1);
	*equals = '=';
	if (r == 1 && strncmp(word, "password=", 9) == 0)
		o->password = options_own(o, strdup(equals + 1));
	return r;
}

/* ---- switches ---- */

static int
take_output(struct options *o, const char *value)
{
	static const char *const forms[] = { [OUTPUT_TABLE] = "table",
		[OUTPUT_JSON] = "json",
		[OUTPUT_JSONL] = "jsonl",
		[OUTPUT_YAML] = "yaml",
		[OUTPUT_CSV] = "csv",
		[OUTPUT_TEXT] = "text" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i], value) == 0) {
			o->output = (enum output_form)i;
			return 1;
		}
	complain("--output is one of table, json, jsonl, yaml and csv");
	return -1;
}

static int
take_value(struct options *o, const char *name, const char *value)
{
	if (strcmp(name, "--output") == 0)
		return take_output(o, value);
	if (strcmp(name, "--where") == 0) {
		o->where = value;
		return 1;
	}
	return take_named(o, name, value);
}

/* Switches that take the next word; NULL: none of them. */
static const char *
long_name(const char *word)
{
	static const struct {
		const char *word, *name;
	} all[] = {
		{ "-s", "server" },
		{ "-h", "server" },
		{ "-p", "port" },
		{ "-u", "username" },
		{ "-pw", "password" },
		{ "-pwf", "passwordfile" },
		{ "--traceparent", "traceparent" },
		{ "--output", "--output" },
		{ "--where", "--where" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].word, word) == 0)
			return all[i].name;
	return NULL;
}

static bool
take_flag(struct options *o, const char *word)
{
	const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{ "--nossl", &o->nossl },
		{ "--debug", &o->debug },
		{ "--debug-on-fail", &o->debug_on_fail },
		{ "--no-verify", &o->no_verify },
		{ "--explain", &o->explain },
		{ "--dry-run", &o->dry_run },
		{ "--watch", &o->watch },
		{ "-help", &o->help },
		{ "--help", &o->help },
		{ "-version", &o->version },
		{ "--version", &o->version },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(flags[i].word, word) == 0) {
			*flags[i].flag = true;
			return true;
		}
	return false;
}

/* Some commands have a rehearsal of their own, which is theirs to do. */
static bool
is_of_command(const struct options *o, const char *word)
{
	const struct cli_command *c =
	    o->nargs > 0 ? cli_command_find(o->args[0]) : NULL;

	return c && strcmp(word, "--dry-run") == 0 &&
	    cli_list_has(c->optional, "dry-run");
}

/* --output=json and --where=…, written as one word. */
static int
take_joined(struct options *o, char *word)
{
	if (strncmp(word, "--output=", 9) == 0)
		return take_output(o, word + 9);
	if (strncmp(word, "--where=", 8) == 0) {
		o->where = word + 8;
		return 1;
	}
	return 0;
}

static int
take_words(struct options *o, char **words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = long_name(words[i]);
		int r;

		if (name && i + 1 < n) {
			if (take_value(o, name, words[i + 1]) < 0)
				return -1;
			i++;
			continue;
		}
		if (!is_of_command(o, words[i]) && take_flag(o, words[i]))
			continue;
		r = take_joined(o, words[i]);
		if (r == 0)
			r = take_pair(o, words[i]);
		if (r < 0)
			return -1;
		if (r == 0)
			o->args[o->nargs++] = words[i];
	}
	return 0;
}

/* ---- the environment ---- */

/* "a=1,b=x\,y": words between commas; a backslash keeps the next character. */
static size_t
split_extra(struct options *o, const char *text, char **words, size_t max)
{
	size_t n = 0;

	while (*text && n < max) {
		char *word = malloc(strlen(text) + 1), *p = word;

		if (!word)
			break;
		while (*text && *text != ',') {
			text += *text == '\\' && text[1];
			*p++ = *text++;
		}
		*p = '\0';
		text += *text == ',';
		if (options_own(o, word) && *word)
			words[n++] = word;
	}
	return n;
}

static size_t
read_rc(struct options *o, char **words, size_t max)
{
	const char *home = getenv("HOME");
	CLEANUP_BYTES struct bytes text = { 0 };
	CLEANUP_FREE char *path = NULL;
	char *line, *rest;
	size_t n = 0;

	if (!home || asprintf(&path, "%s/.xe", home) < 0 ||
	    file_read(path, RC_BYTES_MAX, &text) < 0 || !bytes_cstr(&text))
		return 0;
	rest = text.p;
	while (n < max && (line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (!strchr(line, '=')) {
			complain("~/.xe is not read: each line of it is "
				 "NAME=VALUE");
			return 0;
		}
		words[n] = options_own(o, strdup(line));
		n += words[n] != NULL;
	}
	return n;
}

/* ---- all of it ---- */

#define EXTRA_MAX 256

/* A password in the arguments is for everybody to see: it is moved to memory
 * of our own and overwritten there. */
static void
hide_passwords(struct options *o, int argc, char *argv[])
{
	for (int i = 1; i < argc && argv[i]; i++) {
		char *secret = NULL;

		if (strncmp(argv[i], "password=", 9) == 0)
			secret = argv[i] + 9;
		else if (strcmp(argv[i], "-pw") == 0 && i + 1 < argc)
			secret = argv[i + 1];
		if (!secret)
			continue;
		if (o->password == secret)
			o->password = options_own(o, strdup(secret));
		memset(secret, 'x', strlen(secret));
	}
}

/* What is for the server goes before what is there already. */
static int
take_before(struct options *o, char **words, size_t n)
{
	size_t had = o->nargs, more;
	CLEANUP_FREE const char **old = calloc(had + 1, sizeof(*old));

	if (!old) {
		complain("out of memory");
		return -1;
	}
	if (take_words(o, words, n) < 0)
		return -1;
	more = o->nargs - had;
	memcpy(old, o->args, had * sizeof(*old));
	memmove(o->args, o->args + had, more * sizeof(*o->args));
	memcpy(o->args + more, old, had * sizeof(*old));
	return 0;
}

static int
read_all(struct options *o, int argc, char *argv[])
{
	const char *extra = getenv("XE_EXTRA_ARGS");
	const char *trace = getenv("TRACEPARENT");
	char *rc[EXTRA_MAX], *extras[EXTRA_MAX];
	CLEANUP_FREE char **mine = NULL;
	size_t nrc, nextra, nown = argc > 0 ? (size_t)argc - 1 : 0;

	*o = (struct options){
		.server = "127.0.0.1",
		.username = "root",
		.password = getenv("XE_PASSWORD"),
	};
	nrc = read_rc(o, rc, EXTRA_MAX);
	nextra = split_extra(o, extra ? extra : "", extras, EXTRA_MAX);
	o->args = calloc(nown + nrc + nextra + 1, sizeof(*o->args));
	mine = calloc(nown + 1, sizeof(*mine));
	if (!o->args || !mine) {
		complain("out of memory");
		return -1;
	}
	memcpy(mine, argv + 1, nown * sizeof(*mine));
	/* Later ones win among those for us, earlier ones at the server. */
	if (take_before(o, rc, nrc) < 0 || take_before(o, extras, nextra) < 0)
		return -1;
	o->traceparent = trace ? trace : o->traceparent;
	if (take_before(o, mine, nown) < 0)
		return -1;
	hide_passwords(o, argc, argv);
	return 0;
}

int
options_read(struct options *o, int argc, char *argv[])
{
	if (read_all(o, argc, argv) == 0)
		return 0;
	options_free(o);
	return -1;
}

int
options_read_password_file(struct options *o)
{
	CLEANUP_BYTES struct bytes text = { 0 };
	char *user, *password, *rest;

	if (file_read(o->password_file, RC_BYTES_MAX, &text) < 0 ||
	    !bytes_cstr(&text)) {
		complain("the password file %s cannot be read",
		    o->password_file);
		return -1;
	}
	rest = text.p;
	user = strsep(&rest, "\n");
	password = rest && *rest ? strsep(&rest, "\n") : NULL;
	if (!password) {
		complain("a password file has two lines: the user name, then "
			 "the password");
		return -1;
	}
	user[strcspn(user, "\r")] = '\0';
	password[strcspn(password, "\r")] = '\0';
	o->username = options_own(o, strdup(user));
	o->password = options_own(o, strdup(password));
	explicit_bzero(text.p, text.len);
	return o->username && o->password ? 0 : -1;
}

const char *
options_param(const struct options *o, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 1; i < o->nargs; i++)
		if (strncmp(o->args[i], name, n) == 0 && o->args[i][n] == '=')
			return o->args[i] + n + 1;
	return NULL;
}

void
options_free(struct options *o)
{
	for (size_t i = 0; i < o->nowned; i++) {
		explicit_bzero(o->owned[i], strlen(o->owned[i]));
		free(o->owned[i]);
	}
	free(o->owned);
	free(o->args);
	o->args = NULL;
	o->owned = NULL;
	o->nowned = 0;
}

void
options_usage(void)
{
	fputs("usage: xe COMMAND [NAME=VALUE]... [OPTION]...\n\n"
	      "  -s HOST, -p PORT       the server; without them, this host\n"
	      "  -u USER, -pw PASSWORD  who asks; the password better comes "
	      "from\n"
	      "  -pwf FILE              a file of two lines, from XE_PASSWORD, "
	      "or is asked for\n"
	      "  --nossl                plain HTTP\n"
	      "  --no-verify            take any certificate\n"
	      "  --minimal              only values, joined by commas\n"
	      "  --output FORM          table, json, jsonl, yaml or csv\n"
	      "  --where EXPRESSION     choose objects by the API's query "
	      "language\n"
	      "  --watch                show the list again when it changes\n"
	      "  --explain              tell which calls of the API are made\n"
	      "  --dry-run              tell which calls would change "
	      "something,\n"
	      "                         and make only the others\n"
	      "  --debug                tell what is sent and received\n\n"
	      "xe help lists the commands, xe help COMMAND tells about one; "
	      "see also xe(1).\n",
	    stderr);
}
