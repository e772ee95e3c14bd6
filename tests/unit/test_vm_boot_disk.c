/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/start/vm_boot_disk.h"

#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "model/builder.h"
#include "tests/lib/unit.h"

static const struct {
	const char *args, *kernel, *ramdisk;
} words[] = {
	{ "--kernel=/boot/vmlinuz", "/boot/vmlinuz", "" },
	{ "--kernel /k --ramdisk /r", "/k", "/r" },
	{ "-q  --ramdisk='/my disk' --kernel=\"/a b\"c", "/a bc", "/my disk" },
	{ "--kernel=", "", "" },
	{ "--kernel", "", "" },
	{ "--kernels=/no --kernel=/yes", "/yes", "" },
	{ "x--kernel=/no", "", "" },
};

static void
read_args(struct arena *a, const char *args, struct boot_disk *out_r)
{
	struct vm vm;

	builder_defaults(CLASS_VM, &vm.r);
	vm.PV_bootloader_args = args;
	vm_boot_disk(a, NULL, &vm, out_r); /* it has no disks */
}

static void
test_words(void)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct arena *a = arena_new(0);
		struct boot_disk b;

		read_args(a, words[i].args, &b);
		CU_ASSERT_STRING_EQUAL(b.kernel, words[i].kernel);
		CU_ASSERT_STRING_EQUAL(b.ramdisk, words[i].ramdisk);
		arena_free(a);
	}
}

/* Whoever may set the arguments chooses how many words they have. */
static void
test_many_words(void)
{
	enum { WORDS = 2000 };
	CLEANUP_FREE char *args = calloc(WORDS, 2);
	struct arena *a = arena_new(0);
	struct boot_disk b;

	CU_ASSERT_PTR_NOT_NULL_FATAL(args);
	for (size_t i = 0; i < WORDS; i++)
		memcpy(args + 2 * i, "x ", 2);
	args[2 * WORDS - 1] = '\0';
	read_args(a, args, &b);
	CU_ASSERT_STRING_EQUAL(b.kernel, "");
	CU_ASSERT(arena_used(a) < (size_t)100 * WORDS);
	arena_free(a);
}

UNIT_MAIN("vm_boot_disk",
    { "a kernel's name is read as pygrub does", test_words },
    { "many words take no more memory than there are", test_many_words })
