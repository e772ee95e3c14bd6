/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changed since a token, and who is woken. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "db/event.h"
#include "tests/lib/db_tools.h"
#include "tests/lib/unit.h"

static void
filter_all(struct event_filter *f)
{
	memset(f, 0, sizeof(*f));
	for (int c = 0; c < CLASS_COUNT; c++)
		f->classes[c] = class_table[c].events;
}

/* The events as text: "add VM, mod SR, ..." in their order. */
static const char *
events_text(struct db *db, const struct event_filter *f, uint64_t token)
{
	static const char *const ops[] = { "add", "del", "mod" };
	static char text[4096];
	uint64_t counts[CLASS_COUNT], last = 0;
	struct event_batch b;
	size_t n = 0;

	text[0] = '\0';
	switch (event_since(db, f, token, &b, counts)) {
	case EVENTS_TOO_OLD:
		return "too old";
	case EVENTS_NO_MEMORY:
		return "no memory";
	default:
		break;
	}
	for (uint32_t i = 0; i < b.n; i++) {
		const struct event_item *e = &b.events[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %s",
		    i ? ", " : "", ops[e->op], class_table[e->cls].name);
		CU_ASSERT_TRUE(e->id >= last && e->id > token);
		last = e->id;
		CU_ASSERT_EQUAL(e->snapshot == NULL, e->op == EVENT_DEL);
		if (e->snapshot)
			CU_ASSERT_TRUE(ref_equal(e->snapshot->self, e->ref));
	}
	CU_ASSERT_EQUAL(b.token, db_generation(db));
	event_release(&b);
	return text;
}

/* ---- what is reported ---- */

static void
test_operations(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct event_filter f;
	struct ref vm, vbd;
	uint64_t token;

	filter_all(&f);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, 0), "");
	vm = insert_vm(db, "a");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, 0), "add VM");
	token = db_generation(db);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "");
	rename_vm(db, vm, "b");
	rename_vm(db, vm, "c");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "mod VM");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, 0), "add VM");
	token = db_generation(db);
	vbd = insert_vbd(db, vm, REF_NULL); /* changes VM.VBDs too */
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "add VBD, mod VM");
	token = db_generation(db);
	destroy_one(db, CLASS_VBD, vbd);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "del VBD, mod VM");
	/* only who knew it is told */
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, 0), "add VM");
	vbd = insert_vbd(db, REF_NULL, REF_NULL);
	destroy_one(db, CLASS_VBD, vbd);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "del VBD, mod VM");
}

static void
test_counts(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct event_filter f;
	uint64_t counts[CLASS_COUNT];
	struct event_batch b;

	insert_vbd(db, insert_vm(db, "a"), insert_vdi(db, insert_sr(db)));
	destroy_one(db, CLASS_VM, insert_vm(db, "b"));
	memset(&f, 0, sizeof(f));
	f.classes[CLASS_VM] = true;
	CU_ASSERT_EQUAL(event_since(db, &f, 0, &b, counts), EVENTS_FOUND);
	CU_ASSERT_EQUAL(b.n, 1);
	CU_ASSERT_EQUAL(b.valid_ref_counts[CLASS_VM], 1);
	CU_ASSERT_EQUAL(b.valid_ref_counts[CLASS_VBD], 1);
	CU_ASSERT_EQUAL(b.valid_ref_counts[CLASS_SR], 1);
	CU_ASSERT_EQUAL(b.valid_ref_counts[CLASS_host], 0);
	event_release(&b);
}

static void
test_filters(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref a = insert_vm(db, "a"), b = insert_vm(db, "b");
	uint64_t token = db_generation(db);
	struct event_object wanted[] = { { CLASS_VBD, a } /* not there */,
		{ CLASS_VM, a } };
	struct event_filter f = { .objects = wanted, .nobjects = 2 };

	insert_sr(db);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "");
	rename_vm(db, b, "x");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "");
	rename_vm(db, a, "y");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "mod VM");
	f.classes[CLASS_SR] = true;
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "add SR, mod VM");
	/* an object and its whole class: told once */
	f.classes[CLASS_VM] = true;
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token),
	    "add SR, mod VM, mod VM");
	f.classes[CLASS_VM] = false;
	destroy_one(db, CLASS_VM, a);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "add SR, del VM");
}

/* ---- over a restart ---- */

static void
test_reopen(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	struct ref a = insert_vm(db, "a"), b = insert_vm(db, "b");
	struct ref c = insert_vm(db, "c"), d;
	uint64_t token = db_generation(db), last;
	struct event_filter f;

	filter_all(&f);
	rename_vm(db, a, "x");
	destroy_one(db, CLASS_VM, b);
	d = insert_vm(db, "d");
	last = db_generation(db);
	db_close(db);
	db = open_db(path);
	CU_ASSERT_TRUE(db_generation(db) >= last);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token),
	    "mod VM, del VM, add VM");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, last), "");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, 0),
	    "add VM, add VM, add VM");
	rename_vm(db, c, "y");
	destroy_one(db, CLASS_VM, d);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, last), "mod VM, del VM");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token),
	    "mod VM, del VM, mod VM");
	db_close(db);
}

/* Inserts and destroys n VMs in two transactions. */
static void
churn(struct db *db, unsigned n)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct record *r = blank_record(a, CLASS_VM_group);
	struct ref *refs = malloc(n * sizeof(*refs));
	struct tx *t = tx_begin(db);

	for (unsigned i = 0; i < n; i++)
		CU_ASSERT_EQUAL(tx_insert(t, r, &refs[i]), 0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	t = tx_begin(db);
	for (unsigned i = 0; i < n; i++)
		CU_ASSERT_EQUAL(tx_destroy(t, CLASS_VM_group, refs[i]), 0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	free(refs);
}

static void
test_too_old(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	uint64_t first, second;
	struct event_filter f;

	filter_all(&f);
	f.classes[CLASS_VM_group] = false; /* not the 65,536 of them */
	insert_sr(db);
	first = db_generation(db);
	churn(db, 40000);
	second = db_generation(db);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, first), "");
	churn(db, 40000);
	insert_vm(db, "a");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, first), "too old");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, second), "add VM");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, 0), "add SR, add VM");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, db_generation(db) + 1),
	    "too old");
	db_close(db);
	/* what is forgotten stays forgotten */
	db = open_db(path);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, first), "too old");
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, second), "add VM");
	db_close(db);
}

/* ---- waiting ---- */

struct sleeper {
	struct event_watch w;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	unsigned woken;
};

static void
wake(struct event_watch *w)
{
	struct sleeper *s = (struct sleeper *)w;

	pthread_mutex_lock(&s->lock);
	s->woken++;
	pthread_cond_signal(&s->cond);
	pthread_mutex_unlock(&s->lock);
}

static void
sleeper_init(struct sleeper *s, const struct event_filter *f, uint64_t token)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->cond, NULL);
	s->w.filter = f;
	s->w.token = token;
	s->w.wake = wake;
}

static void
test_watch(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	struct ref vm = insert_vm(db, "a");
	struct event_object object = { CLASS_VM, vm };
	struct event_filter srs = { 0 },
			    one = { .objects = &object, .nobjects = 1 };
	struct sleeper on_sr, on_vm;

	srs.classes[CLASS_SR] = true;
	sleeper_init(&on_sr, &srs, db_generation(db));
	sleeper_init(&on_vm, &one, db_generation(db));
	event_watch_add(db, &on_sr.w);
	event_watch_add(db, &on_vm.w);
	insert_vm(db, "b");
	CU_ASSERT_EQUAL(on_sr.woken + on_vm.woken, 0);
	rename_vm(db, vm, "x");
	CU_ASSERT_EQUAL(on_sr.woken, 0);
	CU_ASSERT_EQUAL(on_vm.woken, 1);
	rename_vm(db, vm, "y");
	CU_ASSERT_EQUAL(on_vm.woken, 1); /* once is enough */
	event_watch_remove(db, &on_vm.w);
	insert_sr(db);
	CU_ASSERT_EQUAL(on_sr.woken, 1);
	event_watch_remove(db, &on_sr.w);
	/* there is news already: at once */
	event_watch_add(db, &on_vm.w);
	CU_ASSERT_EQUAL(on_vm.woken, 2);
	event_watch_remove(db, &on_vm.w);
	/* a deletion is news, too */
	on_vm.w.token = db_generation(db);
	destroy_one(db, CLASS_VM, vm);
	event_watch_add(db, &on_vm.w);
	CU_ASSERT_EQUAL(on_vm.woken, 3);
	event_watch_remove(db, &on_vm.w);
	/* a token that is none of ours would wait for ever */
	on_sr.w.token = db_generation(db) + 1000;
	event_watch_add(db, &on_sr.w);
	CU_ASSERT_EQUAL(on_sr.woken, 2);
	event_watch_remove(db, &on_sr.w);
	insert_sr(db);
	CU_ASSERT_EQUAL(on_sr.woken, 2);
}

static void
test_hundred(void)
{
	CLEANUP(db_close) struct db *db = open_db(NULL);
	static struct sleeper s[100];
	struct event_filter f;

	filter_all(&f);
	for (int i = 0; i < 100; i++) {
		sleeper_init(&s[i], &f, db_generation(db));
		event_watch_add(db, &s[i].w);
	}
	insert_vm(db, "a");
	for (int i = 0; i < 100; i++) {
		CU_ASSERT_EQUAL(s[i].woken, 1);
		event_watch_remove(db, &s[i].w);
	}
}

#define CHANGES 3000
#define FOLLOWERS 3

struct follower {
	struct db *db;
	struct ref counter;
	uint64_t first;
	unsigned events;
	bool ok;
};

static int64_t
counter_of(const struct event_batch *b, struct ref counter)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (ref_equal(b->events[i].ref, counter))
			return ((const struct sr *)b->events[i].snapshot)
			    ->physical_size;
	return -1;
}

/* Follows the counter to its end; a lost wake-up leaves it waiting. */
static void *
follow(void *arg)
{
	struct follower *me = arg;
	struct event_filter f;
	struct sleeper s;
	uint64_t token = me->first, counts[CLASS_COUNT];
	int64_t seen = 0;

	filter_all(&f);
	me->ok = true;
	while (seen < CHANGES) {
		struct event_batch b;
		enum event_result r;
		int64_t n;

		sleeper_init(&s, &f, token);
		event_watch_add(me->db, &s.w);
		pthread_mutex_lock(&s.lock);
		while (!s.woken)
			pthread_cond_wait(&s.cond, &s.lock);
		pthread_mutex_unlock(&s.lock);
		event_watch_remove(me->db, &s.w);
		r = event_since(me->db, &f, token, &b, counts);
		if (r != EVENTS_FOUND)
			continue;
		me->events++;
		n = counter_of(&b, me->counter);
		me->ok = me->ok && b.token > token &&
		    (n < 0 || (n > seen && n <= CHANGES));
		if (n > seen)
			seen = n;
		token = b.token;
		event_release(&b);
	}
	return NULL;
}

static void
count_up(struct db *db, struct ref counter)
{
	for (int64_t i = 1; i <= CHANGES; i++) {
		struct tx *t = tx_begin(db);

		(void)TX_SET(t, SR, sr, counter, physical_size, i);
		if (i % 8 == 0) {
			CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
		} else {
			tx_commit(t, NULL, NULL);
		}
	}
}

static void
follow_database(struct db *db)
{
	struct follower followers[FOLLOWERS];
	pthread_t threads[FOLLOWERS];
	struct ref counter = insert_sr(db);

	for (int i = 0; i < FOLLOWERS; i++) {
		followers[i] = (struct follower){ .db = db,
			.counter = counter,
			.first = db_generation(db) };
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, follow,
					  &followers[i]),
		    0);
	}
	count_up(db, counter);
	for (int i = 0; i < FOLLOWERS; i++) {
		pthread_join(threads[i], NULL);
		CU_ASSERT_TRUE(followers[i].ok);
		CU_ASSERT_TRUE(followers[i].events > 0);
	}
}

static void
test_no_lost_wakeup(void)
{
	CLEANUP(db_close) struct db *memory = open_db(NULL);
	CLEANUP(db_close) struct db *disk = open_db(unit_path("state.db"));

	follow_database(memory);
	follow_database(disk);
}

static int
allow(struct tx *t, struct ref vm, int op)
{
	int ops[] = { VM_OPERATIONS_START, op };

	return TX_SET(t, VM, vm, vm, allowed_operations,
	    { .items = ops, .n = 2 });
}

/* What a start does: no copy where nobody looks, and all is told. */
static void
test_in_place(void)
{
	const char *path = unit_path("state.db");
	struct db *db = open_db(path);
	struct ref a = insert_vm(db, "a"), b = insert_vm(db, "b");
	const struct record *held = db_get(db, CLASS_VM, b), *r, *before;
	const struct vm *vm = (const struct vm *)held;
	uint64_t token = db_generation(db);
	struct event_filter f;
	struct tx *t;

	filter_all(&f);
	t = tx_begin(db);
	tx_in_place(t);
	CU_ASSERT_EQUAL(allow(t, a, VM_OPERATIONS_CLONE), 0);
	CU_ASSERT_EQUAL(allow(t, b, VM_OPERATIONS_COPY), 0);
	CU_ASSERT_EQUAL(TX_SET(t, VM, vm, a, name_label, "c"), 0);
	CU_ASSERT_EQUAL(vm->allowed_operations.n, 0);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	CU_ASSERT_EQUAL(vm->allowed_operations.n, 0); /* held */
	record_unref(held);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "mod VM, mod VM");
	token = db_generation(db);

	t = tx_begin(db);
	tx_in_place(t);
	before = tx_get(t, CLASS_VM, a);
	CU_ASSERT_EQUAL(allow(t, a, VM_OPERATIONS_COPY), 0);
	CU_ASSERT_PTR_EQUAL(tx_get(t, CLASS_VM, a), before);
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	r = db_get(db, CLASS_VM, a);
	CU_ASSERT_PTR_EQUAL(r, before);
	vm = (const struct vm *)r;
	CU_ASSERT_EQUAL(vm->allowed_operations.n, 2);
	CU_ASSERT_EQUAL(((const int *)vm->allowed_operations.items)[1],
	    VM_OPERATIONS_COPY);
	CU_ASSERT_STRING_EQUAL(vm->name_label, "c");
	record_unref(r);
	CU_ASSERT_STRING_EQUAL(events_text(db, &f, token), "mod VM");
	token = db_generation(db);
	db_close(db);

	/* Nothing of it is on disk, but its generation was. */
	db = open_db(path);
	CU_ASSERT_TRUE(db_generation(db) >= token);
	vm = DB_GET(db, VM, vm, a);
	CU_ASSERT_EQUAL(vm->allowed_operations.n, 0);
	CU_ASSERT_STRING_EQUAL(vm->name_label, "c");
	record_unref(&vm->r);
	db_close(db);
}

UNIT_MAIN("event",
    { "one event an object, with what it became since the token",
	test_operations },
    { "every answer counts the objects of every class", test_counts },
    { "classes and single objects can be asked for, each told once",
	test_filters },
    { "a token is good after a restart, and changes are told once",
	test_reopen },
    { "a token older than the remembered deletions, or none of ours, is told",
	test_too_old },
    { "who waits is woken once, for what it waits for, also in arrears",
	test_watch },
    { "a hundred listeners are woken by one change", test_hundred },
    { "no wake-up is lost between a look and the wait", test_no_lost_wakeup },
    { "a start writes what is not on disk in place, and tells of it",
	test_in_place })
