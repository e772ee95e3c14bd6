/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The protocol of POST /cli: a greeting from both sides, then frames of a
 * 32-bit length (little endian) and a message. (source: cli.json protocol,
 * cli-wire.txt) */
#ifndef XAPID_CLI_FRAMES_H
#define XAPID_CLI_FRAMES_H

#include "cli/cli.h"

#define CLI_GREETING "XenSource thin CLI protocol"
#define CLI_PROTOCOL_MAJOR 0
#define CLI_PROTOCOL_MINOR 2

enum cli_tag {
	/* commands of the server */
	CLI_TAG_PRINT = 0,
	CLI_TAG_LOAD = 1,
	CLI_TAG_PROMPT = 3,
	CLI_TAG_EXIT = 4,
	CLI_TAG_HTTP_GET = 12,
	CLI_TAG_HTTP_PUT = 13,
	CLI_TAG_ERROR = 14,
	CLI_TAG_DEBUG = 15,
	CLI_TAG_PRINT_STDERR = 16,
	CLI_TAG_HTTP_CONNECT = 17,
	/* responses of the client */
	CLI_TAG_OK = 5,
	CLI_TAG_FAILED = 6,
	CLI_TAG_WAIT = 18,
	/* data */
	CLI_TAG_CHUNK = 7,
	CLI_TAG_END = 8,
	/* kinds of messages */
	CLI_TAG_COMMAND = 9,
	CLI_TAG_RESPONSE = 10,
	CLI_TAG_BLOB = 11,
	/* ours, after POST /xe only: commands */
	CLI_TAG_ROW = 64,     /* n, then n times name, text, JSON */
	CLI_TAG_REFRESH = 65, /* the list begins anew (--watch) */
	CLI_TAG_WHOLE = 66,   /* that is all of it, for now */
};

/* Greets, and reads the client's greeting. -1: no client of ours. */
int cli_greet(struct cli *cli);

/* Output is gathered; cli_flush sends it. Everything that waits flushes. */
void cli_send_tag(struct cli *cli, enum cli_tag tag);
void cli_send_text(struct cli *cli, enum cli_tag tag, const char *text,
    size_t len);
void cli_send_print(struct cli *cli, const char *text);
void cli_send_stderr(struct cli *cli, const char *text);
void cli_send_error(struct cli *cli, const char *const *error, unsigned n);
void cli_send_exit(struct cli *cli, int status);
/* Begins a frame in cli->out; end it with the position that begin answered. */
size_t cli_frame_begin(struct cli *cli, enum cli_tag tag);
void cli_frame_end(struct cli *cli, size_t at);
void cli_put_int(struct bytes *out, uint32_t v);
void cli_put_text(struct bytes *out, const char *text, size_t len);
/* -1 with CLI_FAIL_GONE. */
int cli_flush(struct cli *cli);
/* The same when there is much to be sent. */
int cli_flush_some(struct cli *cli);

/* Asks for the content of a file of the client, at most max bytes. NULL in
 * *out_r when the client could not read it. */
int cli_load(struct cli *cli, const char *name, size_t max, struct bytes *out,
    bool *found_r);
/* A line from the client's standard input. */
int cli_prompt(struct cli *cli, struct bytes *out);
/* Lets the client get or put a file over HTTP; the name "" is its standard
 * output. False in *ok_r when it could not. */
int cli_http(struct cli *cli, enum cli_tag tag, const char *name,
    const char *path, bool *ok_r);
/* Whether the client asks to stop what it waits for (Ctrl-C), or has left. */
enum cli_presence { CLI_THERE, CLI_CANCELS, CLI_LEFT };
enum cli_presence cli_presence(struct cli *cli);

#endif
