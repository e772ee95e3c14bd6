/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/reality.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "device/device_qos.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "net/pif.h"
#include "plan/switch.h"
#include "vm/guest/guest_agent.h"
#include "vm/power/vm_follow.h"
#include "world/stranger.h"

#define MAX_EVENTS 65536 /* that wait: a worker may be mad */

/* One event, with memory of its own. */
struct happening {
	struct arena *arena;
	struct value body;
	struct happening *next;
};

/* Events are looked at in their order by one thread at a time, which is taken
 * from the pool when there are some. */
static struct {
	struct core *core;
	pthread_mutex_t lock;
	struct happening *first, **end;
	struct happening *present; /* is being looked at */
	unsigned n;
	bool open, looking; /* open: they are to be looked at */
} reality = { .lock = PTHREAD_MUTEX_INITIALIZER, .end = &reality.first };

static bool
is_simulated(const struct core *core)
{
	return strcmp(core->config->backend, "simulator") == 0;
}

/* ---- looking ---- */

/* A domain of which there is no VM. */
static void
meet(const char *uuid, const char *state)
{
	if (strcmp(state, "running") != 0 && strcmp(state, "paused") != 0)
		return;
	if (is_simulated(reality.core))
		stranger_destroy(reality.core, uuid);
	else if (strcmp(state, "running") == 0) /* has all its devices */
		stranger_adopt(reality.core, uuid);
}

static void
domain_changed(const struct value *body)
{
	const char *uuid = value_text(body, "uuid", "");
	const char *state = value_text(body, "state", "");
	RECORD_UNREF const struct record *vm =
	    db_get_by_uuid(reality.core->db, CLASS_VM, uuid);

	if (!vm)
		meet(uuid, state);
	else
		vm_follow(reality.core, vm->self, value_int(body, "domid", -1),
		    state);
}

static void
guest_told(const struct value *body)
{
	guest_agent_told(reality.core, value_text(body, "uuid", ""),
	    value_member(body, "values"));
}

static void
device_connected(const struct value *body)
{
	RECORD_UNREF const struct record *vm = db_get_by_uuid(reality.core->db,
	    CLASS_VM, value_text(body, "uuid", ""));

	if (vm)
		vbd_qos_connected(reality.core, (const struct vm *)vm,
		    value_text(body, "device", ""));
}

static void look_around(const struct value *body);

static void
addresses_changed(const struct value *body)
{
	(void)body;
	pif_follow_all(reality.core);
}

/* One line for each kind of event. */
static const struct {
	const char *event;
	void (*look)(const struct value *body);
} table[] = {
	{ "domain", domain_changed },
	{ "guest", guest_told },
	{ "device", device_connected },
	{ "started", look_around },
	{ "addresses", addresses_changed },
};

static void
look(const struct value *body)
{
	const char *event = value_text(body, "event", "");

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].event, event) == 0)
			table[i].look(body);
}

static struct happening *
take(void)
{
	struct happening *h;

	pthread_mutex_lock(&reality.lock);
	h = reality.open ? reality.first : NULL;
	if (h) {
		reality.first = h->next;
		reality.n--;
		if (!reality.first)
			reality.end = &reality.first;
	} else {
		reality.looking = false;
	}
	reality.present = h;
	pthread_mutex_unlock(&reality.lock);
	return h;
}

static void
forget(struct happening *h)
{
	pthread_mutex_lock(&reality.lock);
	reality.present = NULL;
	pthread_mutex_unlock(&reality.lock);
	arena_free(h->arena);
}

static bool
is_of_guest(const struct happening *h, const char *uuid)
{
	return strcmp(value_text(&h->body, "event", ""), "guest") == 0 &&
	    strcmp(value_text(&h->body, "uuid", ""), uuid) == 0;
}

/* Whoever looks at what this guest has told waits for the writer's turn, which
 * we have. It will be noted again, so what came later waits, too. */
static bool
hear_present(struct tx *t, struct ref ref, const char *uuid)
{
	bool is;

	pthread_mutex_lock(&reality.lock);
	is = reality.present && is_of_guest(reality.present, uuid);
	if (is)
		guest_agent_told_in(t, ref,
		    value_member(&reality.present->body, "values"));
	pthread_mutex_unlock(&reality.lock);
	return is;
}

/* What this guest has told and nobody has looked at. */
static struct happening *
take_guest(const char *uuid)
{
	struct happening **at, *h;

	pthread_mutex_lock(&reality.lock);
	at = &reality.first;
	while ((h = *at) && !is_of_guest(h, uuid))
		at = &h->next;
	if (h) {
		*at = h->next;
		if (reality.end == &h->next)
			reality.end = at;
		reality.n--;
	}
	pthread_mutex_unlock(&reality.lock);
	return h;
}

void
reality_hear_guest(struct tx *t, struct ref ref)
{
	const struct vm *vm = TX_GET(t, VM, vm, ref);
	char uuid[UUID_CHARS + 1];
	struct happening *h;

	if (!vm || vm->domid < 1)
		return;
	snprintf(uuid, sizeof(uuid), "%s", vm->uuid);
	guest_agent_told_in(t, ref, NULL);
	if (hear_present(t, ref, uuid))
		return;
	while ((h = take_guest(uuid))) {
		guest_agent_told_in(t, ref, value_member(&h->body, "values"));
		arena_free(h->arena);
	}
}

static void
look_at_all(void *arg)
{
	struct happening *h;

	(void)arg;
	while ((h = take())) {
		look(&h->body);
		forget(h);
	}
}

/* ---- hearing ---- */

/* On the pool, unless somebody looks already. Without a thread the next event
 * finds one. */
static void
wake(void)
{
	bool start;

	pthread_mutex_lock(&reality.lock);
	start = reality.open && reality.first && !reality.looking;
	if (start)
		reality.looking = true;
	pthread_mutex_unlock(&reality.lock);
	if (!start ||
	    threads_run(reality.core->threads, look_at_all, NULL) == 0)
		return;
	pthread_mutex_lock(&reality.lock);
	reality.looking = false;
	pthread_mutex_unlock(&reality.lock);
}

static struct happening *
happening_new(const struct value *body)
{
	CLEANUP_BYTES struct bytes packed = { 0 };
	struct arena *a = arena_new(0);
	struct happening *h = a ? arena_alloc(a, sizeof(*h)) : NULL;

	value_pack(body, &packed);
	if (!h || packed.failed) {
		arena_free(a);
		return NULL;
	}
	*h = (struct happening){ .arena = a };
	if (value_unpack(a, packed.p, packed.len, FRAME_MAX_NODES, &h->body) ==
	    0)
		return h;
	arena_free(a);
	return NULL;
}

/* On the switch's thread. */
static void
hear(void *arg, enum plan_target from, const struct value *body)
{
	struct happening *h = happening_new(body);
	bool room = h != NULL;

	(void)arg;
	(void)from;
	pthread_mutex_lock(&reality.lock);
	room = room && reality.n < MAX_EVENTS;
	if (room) {
		*reality.end = h;
		reality.end = &h->next;
		reality.n++;
	}
	pthread_mutex_unlock(&reality.lock);
	if (!room) {
		log_err("an event of a worker is lost: no room for it");
		arena_free(h ? h->arena : NULL);
		return;
	}
	wake();
}

/* ---- the beginning and the end ---- */

int
reality_open(struct core *core)
{
	reality.core = core;
	switch_on_event(core->switchboard, hear, NULL);
	return 0;
}

/* As if everything had just been told. */
static void
hear_state_of(const struct value_member *domain)
{
	const struct value_member m[] = {
		{ "event", { .kind = VALUE_STRING, .n = 6, .s = "domain" } },
		{ "uuid",
		    { .kind = VALUE_STRING,
			.n = (uint32_t)strlen(domain->name),
			.s = domain->name } },
		{ "domid",
		    { .kind = VALUE_INT,
			.i = value_int(&domain->value, "domid", -1) } },
		{ "state",
		    { .kind = VALUE_STRING,
			.n = (uint32_t)strlen(
			    value_text(&domain->value, "state", "")),
			.s = value_text(&domain->value, "state", "") } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = sizeof(m) / sizeof(m[0]),
		.members = m };

	hear(NULL, PLAN_DOMAIN, &body);
}

/* nil: not known. */
static struct value
list_domains(struct core *core, struct arena *a)
{
	static const struct value_member m[] = {
		{ "op", { .kind = VALUE_STRING, .n = 4, .s = "list" } },
		{ "uuid", { .kind = VALUE_STRING, .n = 0, .s = "" } },
	};
	const struct value body = { .kind = VALUE_STRUCT,
		.n = 2,
		.members = m };
	struct value all = { .kind = VALUE_NIL };
	char err[256];

	if (!a ||
	    switch_ask(core->switchboard, PLAN_DOMAIN, a, &body, &all, err,
		sizeof(err)) < 0)
		log_err("domains are not known: %s", a ? err : "no memory");
	return all;
}

/* VMs of this host that are said to live and have no domain. */
static void
miss(struct core *core, const struct value *all)
{
	const struct record **rows;
	uint32_t n;

	if (db_get_all(core->db, CLASS_VM, &rows, &n) < 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		const struct vm *vm = (const struct vm *)rows[i];

		if (vm->domid > 0 && !vm->is_control_domain &&
		    ref_equal(vm->resident_on, core->host) &&
		    !value_member(all, vm->uuid))
			vm_look(core, vm);
	}
	db_release_all(rows, n);
}

/* Whoever watches was not there for a while. */
static void
look_around(const struct value *body)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value all = list_domains(reality.core, a);

	(void)body;
	if (all.kind != VALUE_STRUCT)
		return;
	for (uint32_t i = 0; i < all.n; i++)
		hear_state_of(&all.members[i]);
	miss(reality.core, &all);
}

void
reality_start(struct core *core)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value all = list_domains(core, a);

	for (uint32_t i = 0; all.kind == VALUE_STRUCT && i < all.n; i++)
		hear_state_of(&all.members[i]);
	pthread_mutex_lock(&reality.lock);
	reality.open = true;
	pthread_mutex_unlock(&reality.lock);
	if (!is_simulated(core)) {
		switch_keep(core->switchboard, PLAN_WATCH);
		switch_keep(core->switchboard, PLAN_CONSOLE);
	}
	wake();
}

void
reality_stop(struct core *core)
{
	(void)core;
	pthread_mutex_lock(&reality.lock);
	reality.open = false;
	pthread_mutex_unlock(&reality.lock);
}
