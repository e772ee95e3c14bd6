/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of xe by name, with their parameters: all that the client needs
 * for help and completion, and the first half of what the daemon needs to run
 * them (the second is in cli/table.h). Generated from datamodel/cli/. */
#ifndef XAPID_CLI_WORDS_H
#define XAPID_CLI_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum cli_command_flags {
	CLI_CLIENT_IO = 1, /* talks to the client's terminal or files */
	CLI_COMMON = 2,    /* stands in the short list of help */
	CLI_CONFIRM = 4,   /* asks before it does anything */
	CLI_DEPRECATED = 8,
	CLI_FILE_TRANSFER = 16,
	CLI_FORCE_NEEDED = 32, /* refused without --force */
	CLI_FORCE_OPTION = 64,
	CLI_HIDDEN = 128,        /* in no list of help */
	CLI_LOCAL_SESSION = 256, /* works without a coordinator */
	CLI_NEVERFORWARD = 512,  /* of this host, not of the coordinator */
	CLI_PROGRESS_OPTION = 1024,
	CLI_UPLOAD = 2048,   /* its file parameters are read here, */
	CLI_DOWNLOAD = 4096, /* or written */
};

/* What a command takes several of by conditions: "vm-start name-label=web". */
enum cli_selector {
	CLI_SELECT_NONE,
	CLI_SELECT_VM,
	CLI_SELECT_HOST,
	CLI_SELECT_SR,
};

/* What a command that every class has does; CLI_FIXED: one of its own kind. */
enum cli_verb {
	CLI_FIXED,
	CLI_LIST,
	CLI_PARAM_LIST,
	CLI_PARAM_GET,
	CLI_PARAM_SET,
	CLI_PARAM_ADD,
	CLI_PARAM_REMOVE,
	CLI_PARAM_CLEAR,
};

struct cli_command {
	const char *name;
	const char *doc;
	/* Names of parameters, NULL at the end; "config:" stands for any number
	 * of config:KEY=VALUE. */
	const char *const *required;
	const char *const *optional;
	/* What params= (a list) or param-name= may be; NULL at the end. */
	const char *const *names;
	/* Pairs of a command line (without "xe") and what it does; NULL. */
	const char *const *examples;
	const char *instead; /* to be used in the place of this one, or NULL */
	uint16_t flags;      /* enum cli_command_flags */
	uint8_t select;      /* enum cli_selector */
	uint8_t verb;        /* enum cli_verb */
	int16_t cls;         /* whose; index of cli_class_table, -1: fixed */
};

extern const struct cli_command cli_command_table[]; /* sorted by name */
extern const unsigned cli_command_count;

/* Parameters that every command takes, NULL at the end. */
extern const char *const cli_standard_params[];

/* NULL when unknown. */
const struct cli_command *cli_command_find(const char *name);
/* Whether name stands in a list that ends with NULL; "x:" stands for "x:y". */
int cli_list_has(const char *const *list, const char *name);
/* Up to max names near to a wrong one, nearest first; answers how many. */
unsigned cli_near(const char *wrong, const char *const *names, unsigned n,
    const char *out[], unsigned max);

#endif
