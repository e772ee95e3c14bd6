/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon knows of the commands and fields of xe besides their names
 * (cli_words.h): where a field's value comes from and which call a command
 * makes. Generated from datamodel/cli/. Methods are indices of method_table, -1:
 * none. */
#ifndef XAPID_CLI_TABLE_H
#define XAPID_CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/cli_words.h"
#include "model/model.h"

struct cli;
struct cli_value; /* value.h */

/* What a field is for param-set, -add and -remove. */
enum cli_shape { CLI_VALUE, CLI_SET, CLI_MAP };

enum cli_field_flags {
	CLI_EXPENSIVE = 1,   /* a list does not ask for it */
	CLI_SECLUDED = 2,    /* shown only where it is named */
	CLI_OUTDATED = 4,    /* deprecated */
	CLI_NOCASE = 8,      /* compared without regard to case */
	CLI_BYTES = 16,      /* set with a unit: 4GiB */
	CLI_NAME = 32,       /* a reference shows the object's name */
	CLI_COMMA = 64,      /* parts are joined by ", ", not by "; " */
	CLI_REFERENCE = 128, /* a reference shows itself */
	CLI_CLEARS = 256,    /* clearing sets an empty map */
	CLI_REPLACES = 512,  /* setting a key sets the whole map */
};

/* One step on the way to a value: a field of a class. */
struct cli_step {
	int16_t cls, field;
};

struct cli_field {
	const char *name;
	uint8_t shape;  /* enum cli_shape */
	bool writable;  /* as its mark says: "( RW)" */
	uint16_t flags; /* enum cli_field_flags */
	uint8_t npath;
	struct cli_step path[3];
	int16_t method; /* a call on the object gives the value */
	/* 0, or -1 with the command failed. */
	int (*special)(struct cli *cli, const struct cli_field *f,
	    const struct record *r, struct cli_value *out);
	const char *missing; /* where the object on the path is absent */
	const char *failed;  /* where the call fails; NULL: so does xe */
	const char *unit;    /* follows a value, or NULL */
	int16_t set, add, remove, put;
};

/* A condition that a list has without being asked: a control domain is no VM. */
struct cli_filter {
	const char *field, *value;
};

struct cli_class {
	const char *name; /* "vm" */
	int16_t cls;      /* enum class_id */
	int16_t get_all_where, get_record, get_by_uuid;
	uint16_t nfields;
	const struct cli_field *fields;
	/* What a list shows without being asked, each with a NULL row at the
	 * end. */
	const struct cli_filter *filters;
	const char *const *shown;
};

/* In the order of cli_command.cls. */
extern const struct cli_class cli_class_table[];
extern const unsigned cli_class_count;

enum cli_how {
	CLI_PLAIN,    /* by the type of the call's parameter */
	CLI_SELF,     /* the selected object */
	CLI_SIZE,     /* a number of bytes, maybe with a unit */
	CLI_FILE,     /* the content of a file of the client */
	CLI_FILES,    /* a map; KEY:file=NAME is the content of a file */
	CLI_BASENAME, /* of a path */
	CLI_POOL,     /* the pool where the parameter is absent */
	CLI_HERE,     /* this host where it is absent */
	CLI_MASTER,   /* the coordinator where it is absent */
	CLI_ANYCASE,  /* the parameter's name in any case */
	CLI_KEYS,     /* a set: the keys of P:KEY= */
	CLI_PAIRS,    /* a map from "k:v,k:v" */
};

struct cli_arg {
	const char *param; /* NULL: a constant; "p:" takes p:KEY=VALUE */
	const char *text;  /* the constant; else where absent, or NULL */
	uint8_t how;       /* enum cli_how */
	int16_t field;     /* of a constructor; else -1 */
};

/* The call of the API that a command is, with where its arguments come from. */
struct cli_call {
	int16_t method;
	uint8_t nargs;
	const struct cli_arg *args;
};

enum cli_print {
	CLI_NOTHING,
	CLI_UUID,    /* of the object that the result refers to */
	CLI_UUIDS,   /* of all of them */
	CLI_LINES,   /* the value, or each of a set; counts for --minimal */
	CLI_MESSAGE, /* the value, but nothing with --minimal */
	CLI_TABLE,   /* a map, or each record of a set, as a table */
	CLI_REAL,    /* a number with six digits after the point */
};

enum cli_select_flags {
	CLI_ONE = 1,             /* not several at once */
	CLI_TEMPLATES = 2,       /* templates too */
	CLI_CONTROL_DOMAINS = 4, /* control domains too */
	CLI_MANY = 8,            /* several without being told so */
};

/* How a fixed command runs; one row for each row of cli_command_table. */
struct cli_action {
	int (*run)(struct cli *cli); /* written by hand, or NULL */
	struct cli_call call;
	struct cli_call forced; /* with --force; method -1: the same */
	const char *confirm;    /* asked first, or NULL */
	bool task;              /* as an Async call, with its progress */
	uint8_t print;          /* enum cli_print */
	int16_t print_field;    /* of the result's object; -1: itself */
	uint8_t select;         /* enum cli_select_flags */
};

/* In the order of cli_command_table. */
extern const struct cli_action cli_action_table[];

/* Words of an enum that differ from the wire; NULL: as on the wire. */
struct cli_enum {
	const struct enum_info *en;
	const char *const *words; /* one for each value */
};
extern const struct cli_enum cli_enum_table[];
extern const unsigned cli_enum_count;

#endif
