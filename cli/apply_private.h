/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between apply.c (the file, networks and storage), apply_vm.c (VMs) and
 * apply_plan.c (what is to be done, and doing it). */
#ifndef XAPID_CLI_APPLY_PRIVATE_H
#define XAPID_CLI_APPLY_PRIVATE_H

#include <jansson.h>

#include "cli/options.h"
#include "lib/bytes.h"

#define STEP_ARGS 24

/* NAME=VALUE of a command. cls: the value is the name of an object of that
 * class, and its uuid is found when the command is run, since an earlier step
 * may make it. Both owned. */
struct step_arg {
	char *name, *value;
	const char *cls;
};

struct step {
	char *text; /* for people; owned */
	const char *command;
	struct step_arg args[STEP_ARGS];
	unsigned nargs;
	/* Instead of a command: a disk of a VM that is still to be made. */
	const json_t *disk;
	char *vm; /* its name; owned */
};

/* A description and the steps that make it true; apply_plan.c. */
struct apply {
	const struct options *o;
	const json_t *file;
	struct step *steps;
	unsigned nsteps, max;
};

/* ---- apply_plan.c ---- */
/* A new step; fmt: what people read. */
struct step *plan_step(struct apply *a, const char *command, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
void plan_arg(struct step *s, const char *name, const char *value);
/* The uuid of the object of a class that has this name. */
void plan_ref(struct step *s, const char *name, const char *cls,
    const char *object);
void plan_free(struct apply *a);
/* Prints all steps, one a line. */
void plan_print(const struct apply *a);
/* Runs them from `first` on; -1: one failed, and that was said. */
int plan_run(struct apply *a, unsigned first);

/* Runs a command (NULL at the end of args) and gives its output without the
 * last end of a line; malloc'd, NULL: it failed, and said why. */
char *plan_ask(const struct apply *a, const char *command,
    const char *const args[]);
/* The uuid of an object by its name; "": there is none. NULL: failed, also
 * when there are several. */
char *plan_find(const struct apply *a, const char *cls, const char *name);
/* A field of an object. */
char *plan_get(const struct apply *a, const char *cls, const char *uuid,
    const char *field);

/* ---- apply.c ---- */
/* An object of the file: its class, its name, and its uuid where it exists. */
struct thing {
	const char *cls, *word, *name;
	const char *uuid; /* "": it will be made */
};
/* Description, tags and keys, which all classes have. */
int apply_common(struct apply *a, const struct thing *t, const json_t *v);
/* A text of an object, or NULL. */
const char *apply_text(const json_t *object, const char *key);
/* "2GiB", or a number of bytes; -1: said. */
int64_t apply_size(const json_t *v, const char *where);
/* A number for a command, and a size for people. */
const char *apply_number(int64_t n, char buf[24]);
const char *apply_human(int64_t n, char buf[32]);

/* ---- apply_vm.c ---- */
/* The steps for a VM of the description. -1: said. */
int apply_vm(struct apply *a, const json_t *v);
/* What a disk of a VM that exists needs. */
int apply_disk(struct apply *a, const char *vm, const char *uuid,
    const json_t *disk);

#endif
