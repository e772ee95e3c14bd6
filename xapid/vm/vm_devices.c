/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/vm_devices.h"

#include <stdio.h>
#include <string.h>

#include "disk/storage_operations.h"

#define MAX_DISK 4095u

/* ---- names of block devices ---- */

/* Decimal, at most four digits; moves *p behind it. */
static bool
read_number(const char **p, unsigned *out)
{
	size_t n = strspn(*p, "0123456789");

	if (!n || n > 4)
		return false;
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out = *out * 10 + (unsigned)((*p)[i] - '0');
	*p += n;
	return *out <= MAX_DISK;
}

/* a, b, … z, aa, …: base 26 without a zero. */
static bool
read_letters(const char **p, unsigned *out)
{
	unsigned value = 0;
	size_t n = 0;

	for (; **p >= 'a' && **p <= 'z' && n < 3; n++, (*p)++)
		value = value * 26 + (unsigned)(**p - 'a') + 1;
	*out = value - 1;
	return n && *out <= MAX_DISK;
}

/* "d0p2" */
static bool
read_long_form(const char *p, struct vbd_position *out)
{
	return read_number(&p, &out->disk) && *p++ == 'p' &&
	    read_number(&p, &out->partition) && !*p;
}

bool
vbd_position_parse(const char *name, struct vbd_position *out)
{
	static const char *const prefixes[] = { "xvd", "hd", "sd", "fd" };
	const char *p = name;

	*out = (struct vbd_position){ .floppy = false };
	if (read_number(&p, &out->disk))
		return !*p;
	if (name[0] == 'd')
		return read_long_form(name + 1, out);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], n) != 0)
			continue;
		p = name + n;
		out->floppy = prefixes[i][0] == 'f';
		return read_letters(&p, &out->disk) &&
		    (!*p || read_number(&p, &out->partition)) && !*p;
	}
	return false;
}

bool
vbd_position_equal(const struct vbd_position *a, const struct vbd_position *b)
{
	return a->floppy == b->floppy && a->disk == b->disk &&
	    a->partition == b->partition;
}

static bool
stands_at(const char *name, const struct vbd_position *p)
{
	struct vbd_position there;

	return name[0] && vbd_position_parse(name, &there) &&
	    vbd_position_equal(&there, p);
}

bool
vbd_position_taken(struct tx *t, const struct vm *vm,
    const struct vbd_position *p, struct ref but)
{
	const struct ref *vbds = vm->VBDs.items;

	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct vbd *vbd = TX_GET(t, VBD, vbd, vbds[i]);

		if (vbd && !ref_equal(vbds[i], but) &&
		    (stands_at(vbd->userdevice, p) ||
			stands_at(vbd->device, p)))
			return true;
	}
	return false;
}

unsigned
vbd_positions(const struct vm *vm)
{
	return vm->is_control_domain ? 256 : 255;
}

/* ---- interfaces ---- */

bool
vif_device_parse(const char *text, unsigned *out)
{
	return read_number(&text, out) && !*text;
}

bool
vif_device_taken(struct tx *t, const struct vm *vm, unsigned device)
{
	const struct ref *vifs = vm->VIFs.items;

	for (uint32_t i = 0; i < vm->VIFs.n; i++) {
		const struct vif *vif = TX_GET(t, VIF, vif, vifs[i]);
		unsigned taken;

		if (vif && vif_device_parse(vif->device, &taken) &&
		    taken == device)
			return true;
	}
	return false;
}

/* ---- rows ---- */

int
vbd_destroy_row(struct tx *t, struct ref ref)
{
	const struct vbd *vbd = TX_GET(t, VBD, vbd, ref);
	struct ref metrics = vbd ? vbd->metrics : REF_NULL;
	struct ref vdi = vbd ? vbd->VDI : REF_NULL;
	int rc;

	if (tx_get(t, CLASS_VBD_metrics, metrics))
		(void)tx_destroy(t, CLASS_VBD_metrics, metrics);
	rc = tx_destroy(t, CLASS_VBD, ref);
	vdi_operations_refresh(t, vdi);
	return rc;
}

struct proxy_walk {
	struct tx *t;
	struct ref vif;
};

static int
destroy_proxy(const struct record *r, void *arg)
{
	const struct proxy_walk *w = arg;

	if (!ref_equal(((const struct pvs_proxy *)r)->VIF, w->vif))
		return 0;
	return tx_destroy(w->t, CLASS_PVS_proxy, r->self);
}

int
vif_destroy_row(struct tx *t, struct ref ref)
{
	const struct vif *vif = TX_GET(t, VIF, vif, ref);
	struct ref metrics = vif ? vif->metrics : REF_NULL;
	struct proxy_walk w = { t, ref };

	if (tx_get(t, CLASS_VIF_metrics, metrics))
		(void)tx_destroy(t, CLASS_VIF_metrics, metrics);
	(void)tx_each(t, CLASS_PVS_proxy, destroy_proxy, &w);
	return tx_destroy(t, CLASS_VIF, ref);
}

/* ---- what is free ---- */

static void
mark_disk(const struct record *r, bool *used, unsigned n)
{
	const struct vbd *vbd = (const struct vbd *)r;
	const char *const names[] = { vbd->userdevice, vbd->device };
	struct vbd_position p;

	for (int i = 0; i < 2; i++)
		if (names[i][0] && vbd_position_parse(names[i], &p) &&
		    !p.floppy && !p.partition && p.disk < n)
			used[p.disk] = true;
}

static void
mark_interface(const struct record *r, bool *used, unsigned n)
{
	unsigned i;

	if (vif_device_parse(((const struct vif *)r)->device, &i) && i < n)
		used[i] = true;
}

/* Texts "0" … of the numbers below n that no device of the VM has. */
static int
free_numbers(struct call *c, int cls, const struct set *devices, unsigned n,
    void (*mark)(const struct record *r, bool *used, unsigned n),
    struct set *out)
{
	const char **names = arena_array(c->arena, n, sizeof(*names));
	bool *used = arena_array(c->arena, n, sizeof(*used));
	const struct ref *refs = devices->items;

	if (!names || !used)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < devices->n; i++) {
		RECORD_UNREF const struct record *r =
		    db_get(c->db, cls, refs[i]);

		if (r)
			mark(r, used, n);
	}
	*out = (struct set){ .items = names };
	for (unsigned i = 0; i < n; i++) {
		if (used[i])
			continue;
		names[out->n] = arena_printf(c->arena, "%u", i);
		if (!names[out->n++])
			return call_fail_nomem(c);
	}
	return 0;
}

int
vm_get_allowed_VBD_devices(struct call *c,
    const struct vm_get_allowed_VBD_devices_args *a, struct set *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->vm);
	const struct vm *vm = (const struct vm *)r;

	return vm ? free_numbers(c, CLASS_VBD, &vm->VBDs, vbd_positions(vm),
			mark_disk, result_r)
		  : -1;
}

int
vm_get_allowed_VIF_devices(struct call *c,
    const struct vm_get_allowed_VIF_devices_args *a, struct set *result_r)
{
	RECORD_UNREF const struct record *r = call_get(c, CLASS_VM, a->vm);
	const struct vm *vm = (const struct vm *)r;

	return vm ? free_numbers(c, CLASS_VIF, &vm->VIFs, VIF_DEVICES,
			mark_interface, result_r)
		  : -1;
}
