/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user wants, from the arguments, XE_EXTRA_ARGS and ~/.xe; the
 * former go before the latter. (source: cli.json client_args, client_env) */
#ifndef XAPID_CLI_OPTIONS_H
#define XAPID_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum output_form {
	OUTPUT_TEXT, /* as the server writes it */
	OUTPUT_TABLE,
	OUTPUT_JSON,
	OUTPUT_JSONL,
	OUTPUT_YAML,
	OUTPUT_CSV,
};

struct options {
	const char *server;   /* default 127.0.0.1 */
	const char *port;     /* NULL: the usual one */
	const char *username; /* default root */
	const char *password; /* NULL: not given */
	const char *password_file;
	const char *traceparent;
	bool nossl, debug, debug_on_fail;
	/* Also to 127.0.0.1, whose port turned out to be one of HTTPS. */
	bool tls_here;

	/* What the original's client does not have. */
	bool no_verify;
	enum output_form output;
	bool dry_run, explain, watch;
	const char *where;

	bool help, version;
	/* For the server: the command and its parameters. NULL at the end. */
	const char **args;
	size_t nargs;
	char **owned; /* texts that are freed, and wiped, with it */
	size_t nowned;
};

/* -1: what is wrong was said. Wipes passwords from argv, where others could
 * see them. */
int options_read(struct options *o, int argc, char *argv[]);
/* User and password from the password file; -1: said. */
int options_read_password_file(struct options *o);
/* The value of a parameter of the command, or NULL. */
const char *options_param(const struct options *o, const char *name);
/* A text of malloc that lives as long as the options; NULL: no memory. */
char *options_own(struct options *o, char *text);
void options_free(struct options *o);
void options_usage(void);

/* "xe: …" on standard error, unless somebody hushed it. */
extern bool complain_hushed;
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
