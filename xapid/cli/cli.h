/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One command of xe, from its arguments to its exit code (POST /cli). The
 * daemon runs it on the thread of its connection, as an ordinary client of the
 * API: every call goes through the same checks as one that came by the wire
 * (call.c of this folder), with the session of the one who asked. The client
 * only prints what it is told, and moves files.
 *
 * Functions answer 0, or -1 with the reason kept in the command; the first one
 * stays. */
#ifndef XAPID_CLI_CLI_H
#define XAPID_CLI_CLI_H

#include "call/core.h"
#include "call/http.h"
#include "cli/table.h"
#include "lib/bytes.h"
#include "lib/refmap.h"

enum cli_failure {
	CLI_FINE,
	CLI_FAIL_TEXT,   /* "Error: text" */
	CLI_FAIL_USAGE,  /* the text, and where help is to be had */
	CLI_FAIL_API,    /* an error of the API */
	CLI_FAIL_CODE,   /* a code that the API does not know */
	CLI_FAIL_STATUS, /* only an exit code: the words were said */
	CLI_FAIL_GONE,   /* nobody is there any more */
};

/* "name=value" as given; both in the command's arena. */
struct cli_param {
	const char *name, *value;
};

/* What our own client may ask for besides the original's arguments, in the
 * query of POST /xe; the original's server does not know that path, so it can
 * never take such a request for one without them. */
struct cli_wishes {
	bool rows;         /* tables as rows of typed values, not as text */
	bool dry_run;      /* calls that change something are told, not made */
	bool explain;      /* calls are told */
	bool progress;     /* somebody looks on: long tasks show a bar */
	bool watch;        /* a list is sent again when something changes */
	const char *where; /* an expression of the API's query language */
};

struct cli {
	struct core *core;
	struct http_exchange *x;
	struct arena *arena;        /* of the whole command */
	struct rpc_service service; /* how calls are made */
	struct cli_wishes wish;

	const char *name; /* as given */
	const struct cli_command *command;
	const struct cli_action *action;
	const struct cli_class *cls; /* of a command that every class has */
	struct cli_param *params;    /* in the order given */
	unsigned nparams;
	bool minimal;
	bool cancels; /* the user wants no more of what is waited for */

	const char *session; /* its reference as text, NULL: not logged in */
	bool own_session;    /* to be ended with the command */

	struct bytes out;      /* frames not yet sent */
	struct bytes *columns; /* --minimal: one for each table, malloc'd */
	unsigned ncolumns;
	bool table_open; /* the last column is of the table being printed */
	struct refmap records; /* looked up by reference; counted */
	struct arena *spare;   /* for the next call */

	enum cli_failure failure;
	const char *text;         /* CLI_FAIL_TEXT, CLI_FAIL_USAGE */
	const char *const *error; /* CLI_FAIL_API, CLI_FAIL_CODE */
	unsigned nerror;
	int status; /* exit code */
};

/* ---- failing (fail.c). All answer -1. ---- */
/* A text; a text and where help is; no memory; the client has gone. */
int cli_fail(struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int cli_fail_usage(struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int cli_fail_nomem(struct cli *cli);
int cli_fail_gone(struct cli *cli);
/* Copies. */
int cli_fail_api(struct cli *cli, const char *const *error, unsigned n);
int cli_fail_code(struct cli *cli, const char *code, const char *param);
int cli_fail_status(struct cli *cli, int status);
int cli_fail_missing(struct cli *cli, const char *param);
/* Whether it failed with this error of the API. */
bool cli_failed_with(const struct cli *cli, const char *code);
/* Goes on as if nothing had failed. Not for CLI_FAIL_GONE: false. */
bool cli_forgive(struct cli *cli);
/* Why a command failed, while something else is tried that may fail too. */
struct cli_trouble {
	enum cli_failure failure;
	const char *text;
	const char *const *error;
	unsigned nerror;
	int status;
};
struct cli_trouble cli_put_aside(struct cli *cli);
/* What was tried meanwhile counts for nothing, but that the client has gone. */
void cli_put_back(struct cli *cli, const struct cli_trouble *t);
/* Says why it failed, to the client's standard error. */
void cli_report(struct cli *cli);
/* The reason in one piece, for commands that go on with the next object. */
const char *cli_reason(struct cli *cli);

/* help.c: the command help. */
int cli_help(struct cli *cli);

/* Text in the command's arena; "" after cli_fail_nomem. */
const char *cli_text(struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
