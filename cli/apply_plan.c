/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/apply_private.h"
#include "cli/talk.h"

/* ---- making it ---- */

struct step *
plan_step(struct apply *a, const char *command, const char *fmt, ...)
{
	struct step *s;
	va_list ap;

	if (a->nsteps == a->max) {
		unsigned max = a->max ? a->max * 2 : 64;

		s = realloc(a->steps, max * sizeof(*s));
		if (!s)
			abort(); /* nothing was changed yet */
		a->steps = s;
		a->max = max;
	}
	s = &a->steps[a->nsteps++];
	*s = (struct step){ .command = command };
	va_start(ap, fmt);
	if (vasprintf(&s->text, fmt, ap) < 0)
		abort();
	va_end(ap);
	return s;
}

void
plan_ref(struct step *s, const char *name, const char *cls, const char *object)
{
	if (s->nargs == STEP_ARGS)
		return;
	s->args[s->nargs++] = (struct step_arg){
		.name = strdup(name),
		.value = strdup(object),
		.cls = cls,
	};
}

void
plan_arg(struct step *s, const char *name, const char *value)
{
	plan_ref(s, name, NULL, value);
}

static void
step_free(struct step *s)
{
	for (unsigned i = 0; i < s->nargs; i++) {
		free(s->args[i].name);
		free(s->args[i].value);
	}
	free(s->text);
	free(s->vm);
}

void
plan_free(struct apply *a)
{
	for (unsigned i = 0; i < a->nsteps; i++)
		step_free(&a->steps[i]);
	free(a->steps);
}

void
plan_print(const struct apply *a)
{
	for (unsigned i = 0; i < a->nsteps; i++)
		printf("%s\n", a->steps[i].text);
	fflush(stdout);
}

/* ---- asking ---- */

char *
plan_ask(const struct apply *a, const char *command, const char *const args[])
{
	CLEANUP_BYTES struct bytes answer = { 0 };
	const char *words[STEP_ARGS + 2] = { command };
	struct options o = *a->o;

	o.args = words;
	o.nargs = 1;
	for (; *args && o.nargs < STEP_ARGS + 1; args++)
		words[o.nargs++] = *args;
	o.output = OUTPUT_TEXT;
	o.where = NULL;
	o.dry_run = o.watch = false;
	if (talk_ask(&o, &answer) < 0 || !bytes_cstr(&answer))
		return NULL;
	while (answer.len > 0 && answer.p[answer.len - 1] == '\n')
		answer.p[--answer.len] = '\0';
	return strdup(answer.p);
}

static char *
pair(const char *name, const char *value)
{
	char *text;

	return asprintf(&text, "%s=%s", name, value) < 0 ? NULL : text;
}

char *
plan_find(const struct apply *a, const char *cls, const char *name)
{
	CLEANUP_FREE char *condition = pair("name-label", name);
	const char *const args[] = { condition, "params=uuid", "--minimal",
		NULL };
	char command[64], *found;

	snprintf(command, sizeof(command), "%s-list", cls);
	found = condition ? plan_ask(a, command, args) : NULL;
	if (!found || !strchr(found, ','))
		return found;
	complain("there are several of %s with the name %s", cls, name);
	free(found);
	return NULL;
}

char *
plan_get(const struct apply *a, const char *cls, const char *uuid,
    const char *field)
{
	CLEANUP_FREE char *self = pair("uuid", uuid);
	CLEANUP_FREE char *name = pair("param-name", field);
	const char *const args[] = { self, name, NULL };
	char command[64];

	snprintf(command, sizeof(command), "%s-param-get", cls);
	return self && name ? plan_ask(a, command, args) : NULL;
}

/* ---- doing it ---- */

/* The word of an argument, with a name turned into a uuid. */
static char *
word_of(const struct apply *a, const struct step_arg *arg)
{
	CLEANUP_FREE char *uuid = NULL;

	if (!arg->cls)
		return pair(arg->name, arg->value);
	uuid = plan_find(a, arg->cls, arg->value);
	if (!uuid)
		return NULL;
	if (*uuid)
		return pair(arg->name, uuid);
	complain("there is no %s %s any more", arg->cls, arg->value);
	return NULL;
}

static int
run_command_of(const struct apply *a, const struct step *s)
{
	char *words[STEP_ARGS + 1] = { NULL }, *answer = NULL;
	unsigned n = 0;

	while (n < s->nargs && (words[n] = word_of(a, &s->args[n])))
		n++;
	if (n == s->nargs)
		answer = plan_ask(a, s->command, (const char *const *)words);
	for (unsigned i = 0; i < n; i++)
		free(words[i]);
	if (!answer)
		return -1;
	free(answer);
	return 0;
}

/* The VM is there now: what its disk needs is known, and done. */
static int
run_disk(struct apply *a, const struct step *s)
{
	struct apply rest = { .o = a->o, .file = a->file };
	CLEANUP_FREE char *uuid = plan_find(a, "vm", s->vm);
	int rc = -1;

	if (uuid && *uuid && apply_disk(&rest, s->vm, uuid, s->disk) == 0)
		rc = plan_run(&rest, 0);
	plan_free(&rest);
	return rc;
}

int
plan_run(struct apply *a, unsigned first)
{
	for (unsigned i = first; i < a->nsteps; i++) {
		const struct step *s = &a->steps[i];

		if ((s->disk ? run_disk(a, s) : run_command_of(a, s)) == 0)
			continue;
		complain("stopped at: %s", s->text);
		return -1;
	}
	return 0;
}
