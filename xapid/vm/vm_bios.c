/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The strings that a VM's virtual BIOS shows: given once, by hand or as those
 * of a host. */
#include <ctype.h>
#include <string.h>

#include "call/edit.h"
#include "model/builder.h"
#include "vm/vm.h"

#define BIOS_MAX_CHARS 512

/* What a VM shows when nobody says otherwise, and what may be set. (source of
 * keys and values: the original's generic strings) */
static const struct bios_string {
	const char *key, *value;
	bool settable;
} bios_strings[] = {
	{ "bios-vendor", "Xen", true },
	{ "bios-version", "", true },
	{ "system-manufacturer", "Xen", true },
	{ "system-product-name", "HVM domU", true },
	{ "system-version", "", true },
	{ "system-serial-number", "", true },
	{ "enclosure-asset-tag", "", true },
	{ "baseboard-manufacturer", "", true },
	{ "baseboard-product-name", "", true },
	{ "baseboard-version", "", true },
	{ "baseboard-serial-number", "", true },
	{ "baseboard-asset-tag", "", true },
	{ "baseboard-location-in-chassis", "", true },
	{ "hp-rombios", "", false },
	{ "oem-1", "Xen", false },
	{ "oem-2", "MS_VM_CERT/SHA1/bdbeb6e0a816d43fa6d3fe8aaef04c2bad9d3e3d",
	    false },
};

#define NBIOS (sizeof(bios_strings) / sizeof(bios_strings[0]))

static bool
is_bios_key(const char *key)
{
	for (size_t i = 0; i < NBIOS; i++)
		if (bios_strings[i].settable &&
		    strcmp(bios_strings[i].key, key) == 0)
			return true;
	return false;
}

static int
check_bios_string(struct call *c, const char *key, const char *value)
{
	size_t len = strlen(value);

	if (!is_bios_key(key))
		return fail_invalid_value(c, key, "not a BIOS string");
	if (!len)
		return fail_invalid_value(c, key, "empty");
	if (len > BIOS_MAX_CHARS)
		return fail_invalid_value(c, key, "longer than 512 characters");
	for (size_t i = 0; i < len; i++)
		if (!isprint((unsigned char)value[i]))
			return fail_invalid_value(c, key,
			    "not printable ASCII");
	return 0;
}

int
vm_bios_generic(struct arena *a, struct map *out)
{
	struct builder b = { .arena = a };
	struct builder_pairs pairs = { .b = &b };

	for (size_t i = 0; i < NBIOS; i++)
		builder_put(&pairs, bios_strings[i].key, bios_strings[i].value);
	*out = builder_pairs_map(&pairs);
	return b.failed ? -1 : 0;
}

int
vm_set_bios_strings(struct call *c, const struct vm_set_bios_strings_args *a)
{
	const char *const *keys = a->value.keys,
			  *const *values = a->value.values;
	struct builder b = { .arena = c->arena };
	struct builder_pairs pairs = { .b = &b };
	TX_SCOPE struct tx *t = NULL;
	const struct vm *vm;

	for (size_t i = 0; i < NBIOS; i++)
		builder_put(&pairs, bios_strings[i].key, bios_strings[i].value);
	for (uint32_t i = 0; i < a->value.n; i++) {
		if (check_bios_string(c, keys[i], values[i]) < 0)
			return -1;
		builder_put(&pairs, keys[i], values[i]);
	}
	if (b.failed)
		return call_fail_nomem(c);
	t = call_begin(c);
	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->self)))
		return -1;
	if (vm->bios_strings.n)
		return fail_vm_bios_strings_already_set(c);
	TX_SET(t, VM, vm, a->self, bios_strings, builder_pairs_map(&pairs));
	return call_commit(c, STEAL(t));
}

int
vm_copy_bios_strings(struct call *c, const struct vm_copy_bios_strings_args *a)
{
	TX_SCOPE struct tx *t = call_begin(c);
	const struct host *host;
	const struct vm *vm;

	if (!t || !(vm = EDIT_HEAD(c, t, VM, vm, a->vm)) ||
	    !(host = EDIT_HEAD(c, t, host, host, a->host)))
		return -1;
	if (vm->bios_strings.n)
		return fail_vm_bios_strings_already_set(c);
	TX_SET(t, VM, vm, a->vm, bios_strings, host->bios_strings);
	return call_commit(c, STEAL(t));
}
