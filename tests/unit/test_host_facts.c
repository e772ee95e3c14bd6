/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world/host_facts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "tests/lib/unit.h"

/* A file below the test's folder, with the folders on its way. */
static void
put(const char *path, const char *text, size_t len)
{
	char full[512], *slash;

	snprintf(full, sizeof(full), "%s", unit_path(path));
	slash = strrchr(full, '/');
	*slash = '\0';
	CU_ASSERT_EQUAL_FATAL(file_make_dirs(full, 0700), 0);
	*slash = '/';
	CU_ASSERT_EQUAL_FATAL(file_write_atomic(full, text, len, 0600), 0);
}

static void
put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

#define CPU(n, socket)                                                         \
	"processor\t: " n "\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"     \
	"model\t\t: 106\nmodel name\t: Some CPU @ 2.00GHz\nstepping\t: 6\n"    \
	"cpu MHz\t\t: 2000.123\nphysical id\t: " socket "\nsiblings\t: 4\n"    \
	"cpu cores\t: 2\nflags\t\t: fpu vme de\npower management:\n\n"

static void
put_machine(void)
{
	put_text("proc/cpuinfo",
	    CPU("0", "0") CPU("1", "0") CPU("2", "3") CPU("3", "3"));
	put_text("proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n");
	put_text("proc/stat", "cpu 1 2\nintr 3\nbtime 1795332726\n");
	put_text("proc/sys/kernel/hostname", "box\n");
	put_text("proc/sys/kernel/osrelease", "6.1.0\n");
	put_text("sys/devices/system/node/node0/x", "");
	put_text("sys/devices/system/node/node1/x", "");
	put_text("sys/devices/system/node/online", "");
	put_text("sys/class/dmi/id/sys_vendor", "Maker\n");
	put_text("sys/class/iommu/dmar0", "");
	put_text("etc/x", "");
	CU_ASSERT(symlink("../usr/share/zoneinfo/Europe/Paris",
		      unit_path("etc/localtime")) == 0);
}

static void
test_a_machine(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct host_facts f;

	put_machine();
	host_facts_read(unit_folder(), &b, &f);
	CU_ASSERT_FALSE(b.failed);
	CU_ASSERT_STRING_EQUAL(f.hostname, "box");
	CU_ASSERT_STRING_EQUAL(f.linux_version, "6.1.0");
	CU_ASSERT_STRING_EQUAL(f.timezone, "Europe/Paris");
	CU_ASSERT_STRING_EQUAL(f.xen_version, "");
	CU_ASSERT_EQUAL(f.capabilities.n, 0);
	CU_ASSERT_EQUAL(f.cpu.count, 4);
	CU_ASSERT_EQUAL(f.cpu.sockets, 2);
	CU_ASSERT_EQUAL(f.cpu.threads_per_core, 2);
	CU_ASSERT_EQUAL(f.cpu.nodes, 2);
	CU_ASSERT_STRING_EQUAL(f.cpu.vendor, "GenuineIntel");
	CU_ASSERT_STRING_EQUAL(f.cpu.model, "106");
	CU_ASSERT_STRING_EQUAL(f.cpu.modelname, "Some CPU @ 2.00GHz");
	CU_ASSERT_STRING_EQUAL(f.cpu.flags, "fpu vme de");
	CU_ASSERT_EQUAL(f.memory_total, 2048 * 1024);
	CU_ASSERT_EQUAL(f.boot_time, 1795332726);
	CU_ASSERT_TRUE(f.iommu);
	CU_ASSERT_STRING_EQUAL(builder_find(&f.bios_strings,
				   "system-manufacturer"),
	    "Maker");
	CU_ASSERT_STRING_EQUAL(builder_find(&f.bios_strings, "bios-vendor"),
	    "");
}

static void
test_xen(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct host_facts f;

	put_machine();
	put_text("sys/hypervisor/type", "xen\n");
	put_text("sys/hypervisor/version/major", "4\n");
	put_text("sys/hypervisor/version/minor", "17\n");
	put_text("sys/hypervisor/version/extra", ".5\n");
	put_text("sys/hypervisor/properties/capabilities",
	    "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_64 \n");
	host_facts_read(unit_folder(), &b, &f);
	CU_ASSERT_STRING_EQUAL(f.xen_version, "4.17.5");
	CU_ASSERT_EQUAL_FATAL(f.capabilities.n, 3);
	CU_ASSERT_STRING_EQUAL(((const char *const *)f.capabilities.items)[2],
	    "hvm-3.0-x86_64");
}

static void
test_nothing(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct host_facts f;

	host_facts_read(unit_folder(), &b, &f);
	CU_ASSERT_STRING_EQUAL(f.hostname, "");
	CU_ASSERT_STRING_EQUAL(f.timezone, "");
	CU_ASSERT_EQUAL(f.cpu.count, 1);
	CU_ASSERT_EQUAL(f.cpu.sockets, 1);
	CU_ASSERT_EQUAL(f.cpu.threads_per_core, 1);
	CU_ASSERT_STRING_EQUAL(f.cpu.flags, "");
	CU_ASSERT_EQUAL(f.memory_total, 0);
	CU_ASSERT_FALSE(f.iommu);
}

static void
test_dirt(void)
{
	static const char *const dirt[] = { "a\001b", "\xc0\xaf",
		"\xed\xa0\x80", "\xef\xbf\xbe", "x\xff" };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct host_facts f;

	for (size_t i = 0; i < UNIT_COUNT(dirt); i++) {
		put_text("sys/class/dmi/id/product_name", dirt[i]);
		put_text("proc/cpuinfo", dirt[i]);
		host_facts_read(unit_folder(), &b, &f);
		CU_ASSERT_STRING_EQUAL(builder_find(&f.bios_strings,
					   "system-product-name"),
		    "");
		CU_ASSERT_EQUAL(f.cpu.count, 1);
	}
	put("sys/class/dmi/id/product_name", "a\0b", 3);
	host_facts_read(unit_folder(), &b, &f);
	CU_ASSERT_STRING_EQUAL(builder_find(&f.bios_strings,
				   "system-product-name"),
	    "");
}

/* Lines that are cut, doubled or have no value. */
static void
test_odd_cpuinfo(void)
{
	static const struct {
		const char *text;
		unsigned count, threads;
		const char *model;
	} rows[] = {
		{ "processor", 1, 1, "" },
		{ "processor\t: 0\nmodel", 1, 1, "" },
		{ "processor\t: 0\nmodel\t\t:", 1, 1, "" },
		{ "processor\t: 0\nmodel\t\t:\nmodel name\t: x", 1, 1, "" },
		{ "model name\t: x\nmodel\t: 7\nprocessor: 1\nprocessor: 2\n",
		    2, 1, "7" },
		{ "cpu cores\t: 4\nsiblings\t: 2\n", 1, 1, "" },
		{ "cpu cores\t: -1\nsiblings\t: 2\n", 1, 1, "" },
		{ "\n\n:\n: :\nprocessor\t: x\n", 1, 1, "" },
	};
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct host_facts f;

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		put_text("proc/cpuinfo", rows[i].text);
		host_facts_read(unit_folder(), &b, &f);
		CU_ASSERT_EQUAL(f.cpu.count, rows[i].count);
		CU_ASSERT_EQUAL(f.cpu.threads_per_core, rows[i].threads);
		CU_ASSERT_STRING_EQUAL(f.cpu.model, rows[i].model);
	}
}

UNIT_MAIN("host facts",
    { "a machine's CPUs, memory and firmware are read", test_a_machine },
    { "Xen's version and kinds of guests are read", test_xen },
    { "what is not there is unknown, not an error", test_nothing },
    { "text that is not clean is unknown", test_dirt },
    { "an odd /proc/cpuinfo does no harm", test_odd_cpuinfo })
