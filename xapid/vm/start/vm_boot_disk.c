/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* (source of the arguments: pygrub(1); of the limits: keys.json) */
#include "vm/start/vm_boot_disk.h"

#include <stdlib.h>
#include <string.h>

#include "model/builder.h"
#include "vm/vm_devices.h"

#define USUAL_MAX (INT64_C(128) << 20)

/* ---- words ---- */

/* The next word, without quotes, in a buffer with room for all. NULL: no
 * more. */
static const char *
next_word(char *word, const char **at)
{
	const char *p = *at + strspn(*at, " \t");
	char quote = '\0';
	size_t n = 0;

	if (!*p)
		return NULL;
	for (; *p && (quote || !strchr(" \t", *p)); p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? '\0' : *p;
		else
			word[n++] = *p;
	}
	word[n] = '\0';
	*at = p;
	return word;
}

/* The value of --NAME=VALUE or --NAME VALUE; NULL: it is not there, or no
 * memory. */
static const char *
find_option(struct arena *a, const char *args, const char *name)
{
	char *room = arena_alloc(a, strlen(args) + 1);
	size_t len = strlen(name);
	const char *word;

	while (room && (word = next_word(room, &args))) {
		if (strncmp(word, "--", 2) != 0 ||
		    strncmp(word + 2, name, len) != 0)
			continue;
		if (word[2 + len] == '=')
			return word + 3 + len;
		if (!word[2 + len]) {
			word = next_word(room, &args);
			return word ? word : "";
		}
	}
	return NULL;
}

bool
vm_takes_kernel(const struct vm *vm)
{
	const char *args = vm->PV_bootloader_args;

	return vm->domain_type != DOMAIN_TYPE_HVM && vm->PV_bootloader[0] &&
	    (strncmp(args, "--kernel", 8) == 0 || strstr(args, " --kernel"));
}

/* ---- the disk ---- */

static bool
is_before(const struct vbd *a, const struct vbd *b)
{
	struct vbd_position p, q;

	if (a->bootable != b->bootable)
		return a->bootable;
	return vbd_position_parse(a->userdevice, &p) &&
	    vbd_position_parse(b->userdevice, &q) && p.disk < q.disk;
}

static struct ref
find_disk(struct db *db, const struct vm *vm)
{
	const struct ref *refs = vm->VBDs.items;
	RECORD_UNREF const struct record *best = NULL;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(db, CLASS_VBD, refs[i]);
		const struct vbd *vbd = (const struct vbd *)r;

		if (!vbd || vbd->empty ||
		    (vbd->type != VBD_TYPE_DISK && !vbd->bootable) ||
		    (best && !is_before(vbd, (const struct vbd *)best)))
			continue;
		record_unref(best);
		best = STEAL(r);
	}
	return best ? best->self : REF_NULL;
}

static int64_t
limit(const struct vm *vm, const char *key)
{
	const char *text = builder_find(&vm->platform, key);
	long long max = text ? strtoll(text, NULL, 10) : 0;

	return max > 0 ? max : USUAL_MAX;
}

void
vm_boot_disk(struct arena *a, struct db *db, const struct vm *vm,
    struct boot_disk *out_r)
{
	const char *kernel = find_option(a, vm->PV_bootloader_args, "kernel");
	const char *ramdisk = find_option(a, vm->PV_bootloader_args, "ramdisk");

	*out_r = (struct boot_disk){
		.vbd = find_disk(db, vm),
		.kernel = kernel ? kernel : "",
		.ramdisk = ramdisk ? ramdisk : "",
		.kernel_max = limit(vm, "pv-kernel-max-size"),
		.ramdisk_max = limit(vm, "pv-ramdisk-max-size"),
	};
}
