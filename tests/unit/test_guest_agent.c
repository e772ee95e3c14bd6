/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What guests tell, also when they mean no good. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"
#include "model/builder.h"
#include "tests/lib/daemonless.h"
#include "tests/lib/unit.h"
#include "vm/guest/guest_agent.h"

#define MAX 1200

struct told {
	struct arena *a;
	struct value_member m[MAX];
	uint32_t n;
	struct guest_report report;
};

static void
tell(struct told *t, const char *path, const char *text)
{
	t->m[t->n++] = (struct value_member){
		path,
		{ .kind = VALUE_STRING, .n = (uint32_t)strlen(text), .s = text }
	};
}

static void
read_all(struct told *t)
{
	const struct value values = { .kind = VALUE_STRUCT,
		.n = t->n,
		.members = t->m };

	CU_ASSERT_EQUAL_FATAL(guest_agent_read(t->a, &values, &t->report), 0);
}

static struct told *
told_new(void)
{
	struct told *t = calloc(1, sizeof(*t));

	t->a = arena_new(0);
	return t;
}

static void
told_free(struct told *t)
{
	arena_free(t->a);
	free(t);
}

static const char *
get(const struct map *m, const char *key)
{
	const char *text = builder_find(m, key);

	return text ? text : "(none)";
}

#define SAYS(map, key, text)                                                   \
	CU_ASSERT_STRING_EQUAL(get(&t->report.map, (key)), (text))

static void
test_a_linux_guest_is_described(void)
{
	struct told *t = told_new();

	tell(t, "attr/PVAddons/MajorVersion", "8");
	tell(t, "attr/PVAddons/MinorVersion", "4");
	tell(t, "data/os_name", "Debian GNU/Linux 12");
	tell(t, "data/os_distro", "debian");
	tell(t, "data/os_uname", "6.1.0");
	tell(t, "data/host_name_dns", "web");
	tell(t, "data/domain", "example.org");
	tell(t, "attr/vif/0/ipv4/1", "192.0.2.2");
	tell(t, "attr/vif/0/ipv4/0", "192.0.2.1");
	tell(t, "attr/vif/1/ipv6/0", "2001:db8::1");
	tell(t, "attr/eth7/ip", "203.0.113.1");
	tell(t, "control/feature-shutdown", "1");
	tell(t, "data/service/web/port", "80");
	tell(t, "feature/hotplug/vbd", "1");
	tell(t, "feature/hotplug/vif", "0");
	tell(t, "vm-data/color", "red");
	tell(t, "data/device_id", "0001");
	read_all(t);
	SAYS(PV_drivers_version, "major", "8");
	SAYS(PV_drivers_version, "micro", "-1");
	CU_ASSERT(t->report.has_drivers);
	SAYS(os_version, "name", "Debian GNU/Linux 12");
	SAYS(os_version, "distro", "debian");
	SAYS(netbios_name, "host_name", "web.example.org");
	SAYS(networks, "0/ip", "192.0.2.1");
	SAYS(networks, "0/ipv4/1", "192.0.2.2");
	SAYS(networks, "1/ipv6/0", "2001:db8::1");
	SAYS(networks, "7/ip", "(none)");
	SAYS(other, "feature-shutdown", "1");
	SAYS(services, "web/port", "80");
	SAYS(vm_data, "vm-data/color", "red");
	CU_ASSERT_EQUAL(t->report.can_use_hotplug_vbd, TRISTATE_TYPE_YES);
	CU_ASSERT_EQUAL(t->report.can_use_hotplug_vif, TRISTATE_TYPE_NO);
	CU_ASSERT_STRING_EQUAL(t->report.device_id, "0001");
	told_free(t);
}

static void
test_older_agents_and_drivers_of_windows_are_understood(void)
{
	struct told *t = told_new();

	tell(t, "attr/eth0/ip", "192.0.2.1");
	tell(t, "attr/eth0/ipv6/2/addr", "2001:db8::1");
	tell(t, "drivers/0", "XenProject XENVBD 9.1 signed (release)");
	tell(t, "drivers/x", "XenProject XENVIF 9.1");
	tell(t, "control/feature-suspend", "1");
	tell(t, "data/cant_suspend_reason", "a device in use");
	read_all(t);
	SAYS(networks, "0/ip", "192.0.2.1");
	SAYS(networks, "0/ipv4/0", "192.0.2.1");
	SAYS(networks, "0/ipv6/2", "2001:db8::1");
	SAYS(PV_drivers_version, "xenvbd", "XenProject 9.1 signed (release)");
	SAYS(PV_drivers_version, "xenvif", "(none)");
	CU_ASSERT(!t->report.has_drivers);
	SAYS(other, "feature-suspend", "(none)");
	SAYS(other, "data-cant-suspend-reason", "a device in use");
	told_free(t);
}

static void
test_text_is_made_clean_and_cut(void)
{
	static const struct {
		const char *text, *clean;
	} table[] = {
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\xff", "\xef\xbf\xbd" },
		{ "a\x01"
		  "b",
		    "a\xef\xbf\xbd"
		    "b" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "end\xe2\x82", "end\xef\xbf\xbd\xef\xbf\xbd" },
		{ "", "" },
	};
	char *endless = malloc(100001);

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct told *t = told_new();

		tell(t, "data/os_name", table[i].text);
		read_all(t);
		SAYS(os_version, "name", table[i].clean);
		told_free(t);
	}
	for (int i = 0; i < 100000; i += 2)
		memcpy(endless + i, "\xc3\xa9", 2);
	endless[100000] = '\0';
	for (int odd = 0; odd < 2; odd++) {
		struct told *t = told_new();
		const char *name;

		tell(t, "data/os_name", endless + odd);
		read_all(t);
		name = get(&t->report.os_version, "name");
		CU_ASSERT(strlen(name) <= GUEST_VALUE_BYTES);
		CU_ASSERT(strlen(name) > GUEST_VALUE_BYTES - 4);
		CU_ASSERT(text_is_clean(name, strlen(name)));
		told_free(t);
	}
	free(endless);
}

static size_t
bytes_of(const struct map *m)
{
	const char *const *keys = m->keys, *const *values = m->values;
	size_t n = 0;

	for (uint32_t i = 0; i < m->n; i++)
		n += strlen(keys[i]) + strlen(values[i]);
	return n;
}

static void
test_a_guest_cannot_fill_the_memory(void)
{
	struct told *t = told_new();
	char *big = malloc(4097);

	memset(big, 'x', 4096);
	big[4096] = '\0';
	for (int i = 0; i < MAX; i++)
		tell(t, arena_printf(t->a, "control/key-%d", i), big);
	read_all(t);
	CU_ASSERT(t->report.other.n <= GUEST_KEYS);
	CU_ASSERT(bytes_of(&t->report.other) <=
	    GUEST_BYTES + GUEST_VALUE_BYTES + GUEST_KEY_BYTES);
	told_free(t);
	free(big);
}

static void
test_nonsense_says_nothing(void)
{
	static const char *const paths[] = { "", "/", "control", "control/",
		"attr/vif//ipv4/0", "attr/vif/0/ipv4/", "attr/vif/0/ipv4/0/1",
		"attr/vif/../ipv4/0", "attr/vif/99999/ipv4/0",
		"attr/vif/-1/ipv4/0", "attr/eth/ip", "attr/eth0/ipv6/-1/addr",
		"attr/eth99999/ip", "drivers/", "drivers/1/2", "data/service/x",
		"local/domain/0/name", "control/\xff",
		"../../control/feature-suspend" };
	struct told *t = told_new();

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		tell(t, paths[i], "1");
	tell(t, "drivers/1", "");
	tell(t, "data/device_id", "not hex");
	t->m[t->n++] = (struct value_member){ "data/os_name",
		{ .kind = VALUE_INT, .i = 1 } };
	read_all(t);
	CU_ASSERT_EQUAL(t->report.networks.n, 0);
	CU_ASSERT_EQUAL(t->report.other.n, 0);
	CU_ASSERT_EQUAL(t->report.services.n, 0);
	CU_ASSERT_EQUAL(t->report.PV_drivers_version.n, 0);
	CU_ASSERT_EQUAL(t->report.os_version.n, 0);
	CU_ASSERT_PTR_NULL(t->report.device_id);
	told_free(t);
}

/* ---- when it is heard ---- */

static struct ref
add_vm(struct daemonless *d, char *uuid)
{
	struct tx *t = tx_begin(d->core.db);
	struct ref vm = REF_NULL;
	struct vm row;

	record_defaults(&class_table[CLASS_VM], &row.r);
	row.domid = 5;
	CU_ASSERT_EQUAL_FATAL(tx_insert(t, &row.r, &vm), 0);
	snprintf(uuid, UUID_CHARS + 1, "%s", TX_GET(t, VM, vm, vm)->uuid);
	CU_ASSERT_EQUAL_FATAL(tx_commit_wait(t, NULL), 0);
	return vm;
}

static void
say(struct daemonless *d, const char *uuid, const char *name)
{
	struct told *t = told_new();

	tell(t, "data/host_name_dns", name);
	guest_agent_told(&d->core, uuid,
	    &(struct value){ .kind = VALUE_STRUCT, .n = 1, .members = t->m });
	told_free(t);
}

/* A plan has the writer's turn when the pause is over. */
static void
test_a_plan_that_ends_knows_all_that_was_told(void)
{
	struct daemonless d = { 0 };
	char uuid[UUID_CHARS + 1];
	const struct vm_guest_metrics *m;
	struct ref vm;
	struct tx *t;

	daemonless_start(&d, NULL);
	vm = add_vm(&d, uuid);
	say(&d, uuid, "first");
	say(&d, uuid, "second");
	t = tx_begin(d.core.db);
	usleep(GUEST_PAUSE_MS * 2000);
	guest_agent_told_in(t, vm, NULL);
	m = TX_GET(t, VM_guest_metrics, vm_guest_metrics,
	    TX_GET(t, VM, vm, vm)->guest_metrics);
	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	CU_ASSERT_STRING_EQUAL(get(&m->netbios_name, "host_name"), "second");
	CU_ASSERT_EQUAL(tx_commit_wait(t, NULL), 0);
	usleep(GUEST_PAUSE_MS * 2000); /* it is forgotten */
	daemonless_stop(&d);
}

UNIT_MAIN("guest_agent",
    { "a guest that runs Linux is described", test_a_linux_guest_is_described },
    { "older agents and drivers of Windows are understood",
	test_older_agents_and_drivers_of_windows_are_understood },
    { "text is made clean UTF-8 and cut between characters",
	test_text_is_made_clean_and_cut },
    { "a guest cannot fill the memory", test_a_guest_cannot_fill_the_memory },
    { "nonsense says nothing", test_nonsense_says_nothing },
    { "a plan that ends knows all that its guest has told",
	test_a_plan_that_ends_knows_all_that_was_told })
