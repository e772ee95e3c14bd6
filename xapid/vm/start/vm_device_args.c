/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices as the domain worker is told of them. */
#include <stdlib.h>
#include <string.h>

#include "device/vtpm.h"
#include "model/builder.h"
#include "passthrough/vusb.h"
#include "vm/start/vm_args.h"
#include "vm/start/vm_domain_args.h"
#include "vm/vm_devices.h"

/* ---- names ---- */

/* Where it is; of one that is not attached, where it is to be. */
static bool
position_of(const struct vbd *vbd, struct vbd_position *out)
{
	bool there = vbd->currently_attached && vbd->device[0];

	return vbd_position_parse(there ? vbd->device : vbd->userdevice, out);
}

const char *
vbd_device_name(struct arena *a, const struct vbd *vbd)
{
	struct vbd_position p;
	const char *name = NULL;

	if (position_of(vbd, &p))
		name = p.floppy ? arena_printf(a, "vbd/fd%u", p.disk)
				: arena_printf(a, "vbd/%u", p.disk);
	return name ? name : "";
}

const char *
vif_device_name(struct arena *a, const struct vif *vif)
{
	const char *name = arena_printf(a, "vif/%.8s", vif->device);

	return name ? name : "";
}

const char *
vusb_device_name(struct arena *a, const struct pusb *pusb)
{
	const char *name = arena_printf(a, VUSB_DEVICE "%s", pusb->path);

	return name ? name : "";
}

/* a, b, … z, aa, ab, … */
static const char *
disk_name(struct arena *a, const char *prefix, unsigned disk)
{
	char letters[4];
	int n = sizeof(letters) - 1;
	const char *name;

	letters[n] = '\0';
	for (unsigned left = disk + 1; left && n; left = (left - 1) / 26)
		letters[--n] = (char)('a' + (left - 1) % 26);
	name = arena_printf(a, "%s%s", prefix, letters + n);
	return name ? name : "";
}

const char *
vbd_guest_name(struct arena *a, const struct vbd *vbd)
{
	struct vbd_position p;

	if (!position_of(vbd, &p))
		return "";
	return disk_name(a, p.floppy ? "fd" : "xvd", p.disk);
}

/* Emulated hardware has four places; firmware starts from nothing else. */
const char *
vbd_virtual_name(struct arena *a, const struct vm *vm, const struct vbd *vbd)
{
	struct vbd_position p;

	if (vm->domain_type == DOMAIN_TYPE_HVM && position_of(vbd, &p) &&
	    !p.floppy && p.disk < 4)
		return disk_name(a, "hd", p.disk);
	return vbd_guest_name(a, vbd);
}

/* ---- devices ---- */

static void
put_vbd(struct args *m, const struct vm *vm, const struct vbd *vbd,
    struct disk_source source)
{
	static const char *const kinds[] = {
		[VBD_TYPE_CD] = "cdrom",
		[VBD_TYPE_DISK] = "disk",
		[VBD_TYPE_FLOPPY] = "floppy",
	};

	args_put_text(m, "device", vbd_device_name(m->a, vbd));
	args_put_text(m, "kind", kinds[vbd->type]);
	args_put_text(m, "virtual", vbd_virtual_name(m->a, vm, vbd));
	args_put_text(m, "mode", enum_info_vbd_mode.values[vbd->mode]);
	args_put_text(m, "path", vbd->empty ? "" : source.path);
	args_put_text(m, "format", vbd->empty ? "empty" : source.format);
	args_put_text(m, "served", vbd->empty ? "" : source.served);
	args_put_bool(m, "bootable", vbd->bootable);
}

/* KiB a second, 0: unlimited. */
static int64_t
rate_of(const struct vif *vif)
{
	const char *kbps = builder_find(&vif->qos_algorithm_params, "kbps");
	long long rate = kbps ? strtoll(kbps, NULL, 10) : 0;

	return strcmp(vif->qos_algorithm_type, "ratelimit") == 0 && rate > 0
	    ? rate
	    : 0;
}

/* What the network's default means for an interface that has no mode of its
 * own. */
enum vif_locking_mode
vif_effective_locking(const struct vif *vif, const struct network *net)
{
	if (vif->locking_mode != VIF_LOCKING_MODE_NETWORK_DEFAULT)
		return vif->locking_mode;
	return net &&
		net->default_locking_mode ==
		    NETWORK_DEFAULT_LOCKING_MODE_DISABLED
	    ? VIF_LOCKING_MODE_DISABLED
	    : VIF_LOCKING_MODE_UNLOCKED;
}

/* What the guest is told; there is one address of each family at most. */
static const char *
first(const struct set *s)
{
	return s->n ? *(const char *const *)s->items : "";
}

static void
put_addresses(struct args *m, const struct vif *vif)
{
	args_put_text(m, "ipv4_mode",
	    enum_info_vif_ipv4_configuration_mode
		.values[vif->ipv4_configuration_mode]);
	args_put_text(m, "ipv4_address", first(&vif->ipv4_addresses));
	args_put_text(m, "ipv4_gateway", vif->ipv4_gateway);
	args_put_text(m, "ipv6_mode",
	    enum_info_vif_ipv6_configuration_mode
		.values[vif->ipv6_configuration_mode]);
	args_put_text(m, "ipv6_address", first(&vif->ipv6_addresses));
	args_put_text(m, "ipv6_gateway", vif->ipv6_gateway);
}

static void
put_vif(struct args *m, struct db *db, const struct vif *vif)
{
	RECORD_UNREF const struct record *r =
	    db_get(db, CLASS_network, vif->network);
	const struct network *net = (const struct network *)r;

	args_put_text(m, "device", vif_device_name(m->a, vif));
	args_put_text(m, "mac", vif->MAC);
	args_put_text(m, "bridge", net ? net->bridge : "");
	args_put_int(m, "mtu", vif->MTU);
	args_put_int(m, "rate_kbps", rate_of(vif));
	args_put_int(m, "rate_timeslice_us",
	    args_number_in(&vif->qos_algorithm_params, "timeslice_us", 50000,
		INT32_MAX));
	put_addresses(m, vif);
}

int
vbd_domain_args(struct arena *a, const struct vm *vm, const struct vbd *vbd,
    const char *op, struct disk_source source, struct value *body_r)
{
	struct args m;

	args_begin(&m, a, op, vm);
	put_vbd(&m, vm, vbd, source);
	return args_finish(&m, body_r);
}

int
vif_domain_args(struct arena *a, struct db *db, const struct vm *vm,
    const struct vif *vif, const char *op, struct value *body_r)
{
	struct args m;

	args_begin(&m, a, op, vm);
	put_vif(&m, db, vif);
	return args_finish(&m, body_r);
}

/* ---- all devices of a VM ---- */

struct devices {
	struct value *items;
	uint32_t n;
	bool failed;
};

static void
add_device(struct devices *d, struct args *m)
{
	if (args_finish(m, &d->items[d->n]) < 0)
		d->failed = true;
	else
		d->n++;
}

/* An empty drive is hardware that only guests with emulated hardware see. What
 * came when the VM had its place already is in no domain. */
static void
add_vbd(struct devices *d, struct args *m, struct db *db, const struct vm *vm,
    struct ref ref, disk_source_fn *source, void *arg)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VBD, ref);
	const struct vbd *vbd = (const struct vbd *)r;
	struct disk_source none = { "", "raw", "", "", "" };

	if (!vbd || !vbd->reserved ||
	    (vbd->empty && vm->domain_type != DOMAIN_TYPE_HVM))
		return;
	put_vbd(m, vm, vbd, source && !vbd->empty ? source(arg, ref) : none);
	add_device(d, m);
}

static void
add_vif(struct devices *d, struct args *m, struct db *db, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VIF, ref);
	const struct vif *vif = (const struct vif *)r;

	if (!vif || !vif->reserved)
		return;
	put_vif(m, db, vif);
	add_device(d, m);
}

/* One whose device has gone since the VM was placed has a name that the worker
 * refuses. */
static void
add_vusb(struct devices *d, struct args *m, struct db *db, const struct vm *vm,
    struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VUSB, ref);
	const struct pusb *pusb = r
	    ? vusb_device(db, (const struct vusb *)r, args_host_of(vm))
	    : NULL;

	if (!r)
		return;
	args_put_text(m, "device",
	    pusb ? vusb_device_name(m->a, pusb) : VUSB_DEVICE);
	args_put_text(m, "vendor_id", pusb ? pusb->vendor_id : "");
	args_put_text(m, "product_id", pusb ? pusb->product_id : "");
	add_device(d, m);
	record_unref(pusb ? &pusb->r : NULL);
}

static void
add_pci(struct devices *d, struct args *m, struct db *db, struct ref ref,
    unsigned number)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_PCI, ref);
	const char *name = arena_printf(m->a, "pci/%u", number);

	if (!r)
		return;
	args_put_text(m, "device", name ? name : "");
	args_put_text(m, "address", ((const struct pci *)r)->pci_id);
	add_device(d, m);
}

static void
add_vtpm(struct devices *d, struct args *m, struct db *db, struct ref ref)
{
	const struct record *held;

	args_put_text(m, "device", VTPM_DEVICE);
	args_put_text(m, "contents", vtpm_contents(db, ref, &held));
	record_unref(held);
	add_device(d, m);
}

void
args_put_devices(struct args *to, struct db *db, const struct vm *vm,
    disk_source_fn *source, void *arg)
{
	uint32_t n = vm->VBDs.n + vm->VIFs.n + vm->VUSBs.n +
	    vm->attached_PCIs.n + vm->VTPMs.n;
	struct devices d = { .items =
				 arena_array(to->a, n + 1, sizeof(*d.items)) };
	const struct ref *refs = vm->VBDs.items;
	struct args m;

	for (uint32_t i = 0; d.items && i < vm->VBDs.n; i++) {
		m = (struct args){ .a = to->a };
		add_vbd(&d, &m, db, vm, refs[i], source, arg);
	}
	refs = vm->VIFs.items;
	for (uint32_t i = 0; d.items && i < vm->VIFs.n; i++) {
		m = (struct args){ .a = to->a };
		add_vif(&d, &m, db, refs[i]);
	}
	refs = vm->VUSBs.items;
	for (uint32_t i = 0; d.items && i < vm->VUSBs.n; i++) {
		m = (struct args){ .a = to->a };
		add_vusb(&d, &m, db, vm, refs[i]);
	}
	refs = vm->attached_PCIs.items;
	for (uint32_t i = 0; d.items && i < vm->attached_PCIs.n; i++) {
		m = (struct args){ .a = to->a };
		add_pci(&d, &m, db, refs[i], i);
	}
	refs = vm->VTPMs.items;
	for (uint32_t i = 0; d.items && i < vm->VTPMs.n; i++) {
		m = (struct args){ .a = to->a };
		add_vtpm(&d, &m, db, refs[i]);
	}
	to->failed = to->failed || d.failed || !d.items;
	args_put(to, "devices",
	    (struct value){ .kind = VALUE_ARRAY, .n = d.n, .items = d.items });
}
