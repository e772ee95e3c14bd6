/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VM.call_plugin, function run-script: a script for the agent in a guest, whose
 * answer is looked for again and again, ever more seldom; no worker and no
 * thread waits. A restarted daemon goes on looking. (source: guest-agent.json
 * control/batcmd, lifecycle.json VM.call_plugin) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/rbac.h"
#include "access/session.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "model/builder.h"
#include "plan/plan.h"
#include "vm/guest/vm_plugin.h"
#include "vm/power/vm_power.h"
#include "vm/vm_live.h"

#define SCRIPT_MAX 1024 /* bytes, as agents read them */
#define ANSWER_MAX 1024
#define LONGEST_MS (INT64_C(86400) * 1000)
#define FIRST_LOOK_MS 100
#define SELDOM_MS 2000

/* ---- the guest is given it ---- */

static int
begin_send(struct plan *p)
{
	return plan_send(p, NULL, "script", plan_arg(p, "uuid"), "what",
	    "begin", "script", plan_arg(p, "script"), NULL);
}

static int
begin_apply(struct plan *p, struct tx *t)
{
	int64_t now = clock_wall_ms();

	(void)t;
	if (plan_note_int(p, "until", now + LONGEST_MS) < 0 ||
	    plan_note_int(p, "pause", FIRST_LOOK_MS) < 0)
		return -1;
	return plan_note_int(p, "next", now + FIRST_LOOK_MS);
}

static int
clear_send(struct plan *p)
{
	return plan_send(p, NULL, "script", plan_arg(p, "uuid"), "what",
	    "clear", NULL);
}

/* ---- what became of it ---- */

static int
wait_send(struct plan *p)
{
	return plan_wait(p, plan_arg_int(p, "next", 0), SELDOM_MS, false) < 0
	    ? call_fail_nomem(p->call)
	    : 0;
}

/* Cut off where the original cuts it, and clean again behind that. */
static int
keep(struct plan *p, const struct value *answer, const char *name)
{
	char text[ANSWER_MAX + 1];

	snprintf(text, sizeof(text), "%s", value_text(answer, name, ""));
	text_make_clean(text);
	return plan_note(p, name, text);
}

static int
looked(struct plan *p, const struct value *answer)
{
	static const char *const names[] = { "state", "return", "stdout",
		"stderr" };
	int rc = 0;

	for (int i = 0; rc == 0 && i < 4; i++)
		rc = keep(p, answer, names[i]);
	return rc;
}

static int
look_send(struct plan *p)
{
	return plan_send(p, looked, "script", plan_arg(p, "uuid"), "what",
	    "look", NULL);
}

static bool
has_ended(const struct plan *p)
{
	static const char *const ends[] = { "SUCCESS", "TRUNCATED", "FAILURE" };

	for (int i = 0; i < 3; i++)
		if (strcmp(plan_arg(p, "state"), ends[i]) == 0)
			return true;
	return false;
}

static int
look_apply(struct plan *p, struct tx *t)
{
	int64_t now = clock_wall_ms(), pause = plan_arg_int(p, "pause", 0) * 2;

	(void)t;
	if (has_ended(p))
		return 0;
	if (now >= plan_arg_int(p, "until", 0))
		return vm_plugin_fail(p->call, "failed to execute fn",
		    "The guest's agent did not end the script in a day");
	if (pause > SELDOM_MS)
		pause = SELDOM_MS;
	if (plan_note_int(p, "pause", pause) < 0 ||
	    plan_note_int(p, "next", now + pause) < 0)
		return -1;
	return plan_go_back(p, "wait");
}

/* ---- the answer ---- */

/* The texts as an object of JSON, and the number put before them. */
static void
put_answer(const struct plan *p, struct bytes *out)
{
	static const char *const keys[] = { "stderr", "stdout" };
	const char *values[] = { plan_arg(p, keys[0]), plan_arg(p, keys[1]) };
	const struct map texts = { .keys = keys, .values = values, .n = 2 };
	CLEANUP_BYTES struct bytes object = { 0 };

	model_to_json(class_table[CLASS_VM].fields[FIELD_VM_other_config].type,
	    &texts, &object);
	out->failed = !bytes_cstr(&object);
	bytes_printf(out, "{\"rc\":%d,",
	    (int)strtol(plan_arg(p, "return"), NULL, 10));
	if (!out->failed)
		bytes_puts(out, object.p + 1);
}

static int
answer_apply(struct plan *p, struct tx *t)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	const char *text;

	(void)t;
	put_answer(p, &out);
	text = bytes_cstr(&out);
	text = text ? arena_strdup(p->call->arena, text) : NULL;
	if (!text)
		return call_fail_nomem(p->call);
	if (p->call->result)
		*(const char **)p->call->result = text;
	return 0;
}

static const struct step script_steps[] = {
	{ "begin", begin_send, begin_apply, clear_send, NULL },
	{ .name = "wait", .send = wait_send },
	{ .name = "look", .send = look_send, .apply = look_apply },
	{ .name = "clear", .send = clear_send, .apply = answer_apply },
	{ 0 },
};

const struct plan_kind vm_script_kind = {
	.name = "VM.run_script",
	.cls = CLASS_VM,
	.operation = "call_plugin",
	.steps = script_steps,
	.check = vm_plugin_check,
	.finish = vm_plan_refresh,
};

/* ---- the call ---- */

/* A user of ours, not of the guest: the agent takes a script from whoever can
 * write into xenstore. */
static int
check_user(struct call *c, const struct map *args)
{
	const char *user = builder_find(args, "username");
	const char *password = builder_find(args, "password");
	struct auth_result who = { 0 };

	if (!user || !password)
		return vm_plugin_fail(c, "failed to execute fn",
		    "run-script needs username, password and script");
	if (auth_check(c, user, password, &who) < 0)
		return -1;
	return who.local_superuser ||
		(who.roles & rbac_at_least("vm-power-admin"))
	    ? 0
	    : fail_rbac_permission_denied(c, "vm.call_plugin",
		  "Scripts in guests need the role vm-power-admin");
}

int
vm_script_start(struct call *c, const struct vm_call_plugin_args *a)
{
	const char *script = builder_find(&a->args, "script");

	if (vm_script_check(c) < 0 || check_user(c, &a->args) < 0)
		return -1;
	if (!script || !*script)
		return vm_plugin_fail(c, "failed to execute fn",
		    "run-script needs username, password and script");
	if (strlen(script) > SCRIPT_MAX)
		return vm_plugin_fail(c, "failed to execute fn",
		    "A script has at most 1024 bytes");
	return plan_start(c, &vm_script_kind, a->vm, "script", script, NULL);
}
