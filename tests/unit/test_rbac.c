/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts and references are those of the original. (source: roles.json) */
#include "access/rbac.h"

#include <string.h>

#include "access/session.h"
#include "call/call_private.h"
#include "db/event.h"
#include "tests/lib/unit.h"

#define PERMISSIONS 2359
#define ALL UINT16_C(0x7f)

static struct core core; /* with a loaded database from the first test on */

static void
load(void)
{
	char err[200] = "";

	if (core.db)
		return;
	core.db = db_open(NULL, err, sizeof(err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(core.db);
	CU_ASSERT_EQUAL_FATAL(rbac_load_roles(&core), 0);
}

/* The only role of this name; release with record_unref. */
static const struct role *
named(const char *name)
{
	const struct record **all, *r;
	uint32_t n;

	load();
	CU_ASSERT_EQUAL_FATAL(db_get_by_name(core.db, CLASS_role, name, &all,
				  &n),
	    0);
	CU_ASSERT_EQUAL_FATAL(n, 1);
	r = record_ref(all[0]);
	db_release_all(all, n);
	return (const struct role *)r;
}

static const struct {
	const char *name, *uuid;
	uint32_t permissions;
	bool internal;
} want[] = {
	{ "pool-admin", "0165f154-ba3e-034e-6b27-5d271af109ba", 2284, false },
	{ "pool-operator", "b9ce9791-0604-50cd-0649-09b3284c7dfd", 2150,
	    false },
	{ "vm-power-admin", "7955168d-7bec-10ed-105f-c6a7e6e63249", 1666,
	    false },
	{ "vm-admin", "aaa00ab5-7340-bfbc-0d1b-7cf342639a6e", 1626, false },
	{ "vm-operator", "fb8d4ff9-310c-a959-0613-54101535d3d5", 1464, false },
	{ "client-cert", "2c42debf-c64a-2ecd-f674-3350f06409f7", 1428, true },
	{ "read-only", "7233b8e3-eacb-d7da-2c95-f2e581cdbf4e", 1384, false },
};

static void
test_counts(void)
{
	load();
	CU_ASSERT_EQUAL(role_count, UNIT_COUNT(want));
	CU_ASSERT_EQUAL(db_count(core.db, CLASS_role),
	    PERMISSIONS + UNIT_COUNT(want));
	for (size_t i = 0; i < UNIT_COUNT(want); i++) {
		const struct role *r = named(want[i].name);

		CU_ASSERT_STRING_EQUAL(r->uuid, want[i].uuid);
		CU_ASSERT_EQUAL(r->subroles.n, want[i].permissions);
		CU_ASSERT_EQUAL(r->is_internal, want[i].internal);
		CU_ASSERT_NOT_EQUAL(strlen(r->name_description), 0);
		CU_ASSERT_EQUAL(rbac_mask_of(r->r.self), 1u << i);
		record_unref(&r->r);
	}
}

static void
test_permission_objects(void)
{
	static const struct {
		const char *name, *uuid;
	} known[] = {
		{ "session.get_record",
		    "cb68795a-8d1c-f2bb-6869-4946fd2df840" },
		{ "task.destroy/any", NULL },
		{ "vm.start", NULL },
		{ "vm.add_to_other_config/key:xencenter.customfields.*", NULL },
		{ "http/post_rpc2", NULL },
		{ "http/connect_console/host_console", NULL },
	};

	for (size_t i = 0; i < UNIT_COUNT(known); i++) {
		const struct role *r = named(known[i].name);
		char uuid[UUID_CHARS + 1];

		uuid_format(r->r.self, uuid);
		CU_ASSERT_STRING_EQUAL(r->uuid, uuid);
		if (known[i].uuid)
			CU_ASSERT_STRING_EQUAL(uuid, known[i].uuid);
		CU_ASSERT(r->is_internal);
		CU_ASSERT_EQUAL(r->subroles.n, 0);
		CU_ASSERT_EQUAL(rbac_mask_of(r->r.self), 0);
		record_unref(&r->r);
	}
}

static bool
role_has(const char *role, const char *permission)
{
	const struct role *r = named(role), *p = named(permission);
	const struct ref *held = r->subroles.items;
	bool found = false;

	for (uint32_t i = 0; i < r->subroles.n; i++)
		found |= ref_equal(held[i], p->r.self);
	record_unref(&r->r);
	record_unref(&p->r);
	return found;
}

static void
test_who_has_what(void)
{
	CU_ASSERT(role_has("read-only", "session.get_record"));
	CU_ASSERT(!role_has("read-only", "vm.start"));
	CU_ASSERT(role_has("vm-operator", "vm.start"));
	CU_ASSERT(role_has("pool-admin", "vm.start"));
	CU_ASSERT(!role_has("pool-operator", "vm.add_to_other_config/key:pci"));
	CU_ASSERT(role_has("pool-admin", "vm.add_to_other_config/key:pci"));
	CU_ASSERT(
	    role_has("vm-operator", "pool.add_to_other_config/key:folder"));
	CU_ASSERT(!role_has("vm-operator", "pool.add_to_other_config"));
	/* outside the order of ranks */
	CU_ASSERT(role_has("client-cert", "host.disable"));
	CU_ASSERT(!role_has("vm-power-admin", "host.disable"));
	/* local root only */
	CU_ASSERT(!role_has("pool-admin", "session.change_password"));
	CU_ASSERT(!role_has("pool-admin", "http/get_repository"));
}

static void
test_http(void)
{
	CU_ASSERT_EQUAL(rbac_http_roles("get_audit_log"), ALL);
	CU_ASSERT_EQUAL(rbac_http_roles("put_import"),
	    rbac_at_least("vm-admin"));
	CU_ASSERT_EQUAL(rbac_http_roles("connect_console/host_console"),
	    role_find("pool-admin"));
	CU_ASSERT_EQUAL(rbac_http_roles("get_updates"),
	    rbac_at_least("pool-operator") | role_find("client-cert"));
	CU_ASSERT_EQUAL(rbac_http_roles("get_repository"), 0);
	CU_ASSERT_EQUAL(rbac_http_roles("no_such"), 0);
}

static void
test_names(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const struct method *m = method_find("VM.add_to_other_config", 22);
	struct set names;

	CU_ASSERT_STRING_EQUAL(rbac_permission(a, m, NULL),
	    "vm.add_to_other_config");
	CU_ASSERT_STRING_EQUAL(rbac_permission(a, m, "XenCenter.X"),
	    "vm.add_to_other_config/key:xencenter.x");
	for (size_t i = 0; i < UNIT_COUNT(want); i++) {
		CU_ASSERT_EQUAL_FATAL(rbac_names(a, (role_mask)(1u << i),
					  &names),
		    0);
		CU_ASSERT_EQUAL(names.n, want[i].permissions);
	}
	CU_ASSERT_EQUAL(rbac_names(a, 0, &names), 0);
	CU_ASSERT_EQUAL(names.n, 0);
	CU_ASSERT_EQUAL(rbac_all(), ALL);
	CU_ASSERT_EQUAL(rbac_at_least(NULL), 0);
	CU_ASSERT_EQUAL(rbac_at_least("no-such"), 0);
}

/* A client that downloads everything by events does not get them: as before
 * there were any. */
static void
test_no_events(void)
{
	struct event_filter f = { 0 };
	uint64_t counts[CLASS_COUNT];
	struct event_batch b;

	load();
	memset(f.classes, true, sizeof(f.classes));
	CU_ASSERT_EQUAL(event_since(core.db, &f, 0, &b, counts), EVENTS_NONE);
	CU_ASSERT_EQUAL(counts[CLASS_role], 0);
	event_release(&b);
}

static struct call *
new_call(void)
{
	struct call *c;

	load();
	c = call_new(&core, arena_new(0));
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	c->own_arena = true;
	return c;
}

static void
test_role_calls(void)
{
	struct call *c = new_call();
	const struct role *start = named("vm.start");
	struct set out;
	const struct role_get_by_permission_args by = { start->r.self };
	const struct role_get_by_permission_name_label_args
	    by_name = { "vm.start" },
	    nobody = { "session.change_password" }, unknown = { "no.such" };
	const struct role_get_permissions_args admin = { rbac_role_ref(0) },
					       itself = { start->r.self };
	const struct role_get_permissions_name_label_args
	    reader = { rbac_role_ref(6) },
	    itself_name = { start->r.self };

	CU_ASSERT_EQUAL(role_get_by_permission(c, &by, &out), 0);
	CU_ASSERT_EQUAL(out.n, 5);
	CU_ASSERT_EQUAL(role_get_by_permission_name_label(c, &by_name, &out),
	    0);
	CU_ASSERT_EQUAL(out.n, 5);
	CU_ASSERT_EQUAL(role_get_by_permission_name_label(c, &nobody, &out), 0);
	CU_ASSERT_EQUAL(out.n, 0);
	CU_ASSERT_EQUAL(role_get_by_permission_name_label(c, &unknown, &out),
	    0);
	CU_ASSERT_EQUAL(out.n, 0);
	CU_ASSERT_EQUAL(role_get_permissions(c, &admin, &out), 0);
	CU_ASSERT_EQUAL(out.n, want[0].permissions);
	CU_ASSERT_EQUAL(role_get_permissions(c, &itself, &out), 0);
	CU_ASSERT_EQUAL_FATAL(out.n, 1);
	CU_ASSERT(ref_equal(*(const struct ref *)out.items, start->r.self));
	CU_ASSERT_EQUAL(role_get_permissions_name_label(c, &reader, &out), 0);
	CU_ASSERT_EQUAL(out.n, want[6].permissions);
	CU_ASSERT_EQUAL(role_get_permissions_name_label(c, &itself_name, &out),
	    0);
	CU_ASSERT_EQUAL_FATAL(out.n, 1);
	CU_ASSERT_STRING_EQUAL(*(const char *const *)out.items, "vm.start");
	record_unref(&start->r);
	call_free(c);
}

static void
test_unknown_role(void)
{
	struct call *c = new_call();
	const struct role_get_permissions_args a = { ref_new() };
	struct set out;

	CU_ASSERT_EQUAL(role_get_permissions(c, &a, &out), -1);
	CU_ASSERT_EQUAL_FATAL(c->nerror, 3);
	CU_ASSERT_STRING_EQUAL(c->error[0], "HANDLE_INVALID");
	CU_ASSERT_STRING_EQUAL(c->error[1], "role");
	call_free(c);
	db_close(core.db);
}

UNIT_MAIN("rbac",
    { "seven roles hold as many permissions as in the original", test_counts },
    { "a permission is an object with the original's uuid",
	test_permission_objects },
    { "roles differ where they should", test_who_has_what },
    { "HTTP handlers have roles", test_http },
    { "permissions are named in lower case", test_names },
    { "roles are in no event", test_no_events },
    { "the calls of class role answer from the objects", test_role_calls },
    { "a role that does not exist is refused", test_unknown_role })
