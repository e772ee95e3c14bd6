/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vm/start/vm_domain_args.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "call/edit.h"
#include "device/vtpm.h"
#include "lib/cpu_mask.h"
#include "model/builder.h"
#include "passthrough/vusb.h"
#include "vm/start/vm_boot.h"
#include "vm/start/vm_boot_disk.h"
#include "vm/vm_devices.h"

#define MAX_MEMBERS 40
#define MAX_KEY 256 /* of xenstore; the library takes 2,048 with the path */

/* ---- structs that grow ---- */

struct members {
	struct arena *a;
	struct value_member m[MAX_MEMBERS];
	uint32_t n;
	bool failed;
};

static void
put(struct members *to, const char *name, struct value value)
{
	if (to->n < MAX_MEMBERS)
		to->m[to->n++] = (struct value_member){ name, value };
	else
		to->failed = true;
}

static struct value
text_value(struct members *to, const char *s)
{
	const char *copy = arena_strdup(to->a, s);

	to->failed = to->failed || !copy;
	return (struct value){ .kind = VALUE_STRING,
		.n = copy ? (uint32_t)strlen(copy) : 0,
		.s = copy ? copy : "" };
}

static void
put_text(struct members *to, const char *name, const char *s)
{
	put(to, name, text_value(to, s));
}

static void
put_int(struct members *to, const char *name, int64_t i)
{
	put(to, name, (struct value){ .kind = VALUE_INT, .i = i });
}

static void
put_bool(struct members *to, const char *name, bool b)
{
	put(to, name, (struct value){ .kind = VALUE_BOOL, .b = b });
}

static void
put_double(struct members *to, const char *name, double d)
{
	put(to, name, (struct value){ .kind = VALUE_DOUBLE, .d = d });
}

/* A map string string; keep NULL: all of it. */
static void
put_map(struct members *to, const char *name, const struct map *map,
    bool (*keep)(const char *key))
{
	struct value_member *m = arena_array(to->a, map->n + 1, sizeof(*m));
	const char *const *keys = map->keys, *const *values = map->values;
	uint32_t n = 0;

	to->failed = to->failed || !m;
	for (uint32_t i = 0; m && i < map->n; i++)
		if (!keep || keep(keys[i])) {
			m[n].name = text_value(to, keys[i]).s;
			m[n++].value = text_value(to, values[i]);
		}
	put(to, name,
	    (struct value){ .kind = VALUE_STRUCT,
		.n = m ? n : 0,
		.members = m });
}

static int
finish(struct members *from, struct value *out)
{
	struct value_member *m = arena_array(from->a, from->n + 1, sizeof(*m));

	if (!m || from->failed)
		return -1;
	memcpy(m, from->m, from->n * sizeof(*m));
	*out =
	    (struct value){ .kind = VALUE_STRUCT, .n = from->n, .members = m };
	return 0;
}

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
put_vbd(struct members *m, const struct vm *vm, const struct vbd *vbd,
    struct disk_source source)
{
	static const char *const kinds[] = {
		[VBD_TYPE_CD] = "cdrom",
		[VBD_TYPE_DISK] = "disk",
		[VBD_TYPE_FLOPPY] = "floppy",
	};

	put_text(m, "device", vbd_device_name(m->a, vbd));
	put_text(m, "kind", kinds[vbd->type]);
	put_text(m, "virtual", vbd_virtual_name(m->a, vm, vbd));
	put_text(m, "mode", enum_info_vbd_mode.values[vbd->mode]);
	put_text(m, "path", vbd->empty ? "" : source.path);
	put_text(m, "format", vbd->empty ? "empty" : source.format);
	put_text(m, "served", vbd->empty ? "" : source.served);
	put_bool(m, "bootable", vbd->bootable);
}

static int64_t
number_in(const struct map *m, const char *key, int64_t otherwise, int64_t max)
{
	const char *text = builder_find(m, key);
	char *end;
	long long value = text ? strtoll(text, &end, 10) : 0;

	return text && end != text && !*end && value >= 0 && value <= max
	    ? value
	    : otherwise;
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
put_addresses(struct members *m, const struct vif *vif)
{
	put_text(m, "ipv4_mode",
	    enum_info_vif_ipv4_configuration_mode
		.values[vif->ipv4_configuration_mode]);
	put_text(m, "ipv4_address", first(&vif->ipv4_addresses));
	put_text(m, "ipv4_gateway", vif->ipv4_gateway);
	put_text(m, "ipv6_mode",
	    enum_info_vif_ipv6_configuration_mode
		.values[vif->ipv6_configuration_mode]);
	put_text(m, "ipv6_address", first(&vif->ipv6_addresses));
	put_text(m, "ipv6_gateway", vif->ipv6_gateway);
}

static void
put_vif(struct members *m, struct db *db, const struct vif *vif)
{
	RECORD_UNREF const struct record *r =
	    db_get(db, CLASS_network, vif->network);
	const struct network *net = (const struct network *)r;

	put_text(m, "device", vif_device_name(m->a, vif));
	put_text(m, "mac", vif->MAC);
	put_text(m, "bridge", net ? net->bridge : "");
	put_int(m, "mtu", vif->MTU);
	put_int(m, "rate_kbps", rate_of(vif));
	put_int(m, "rate_timeslice_us",
	    number_in(&vif->qos_algorithm_params, "timeslice_us", 50000,
		INT32_MAX));
	put_addresses(m, vif);
}

static void
begin(struct members *m, struct arena *a, const char *op, const struct vm *vm)
{
	*m = (struct members){ .a = a };
	put_text(m, "op", op);
	put_text(m, "uuid", vm->uuid);
}

int
vbd_domain_args(struct arena *a, const struct vm *vm, const struct vbd *vbd,
    const char *op, struct disk_source source, struct value *body_r)
{
	struct members m;

	begin(&m, a, op, vm);
	put_vbd(&m, vm, vbd, source);
	return finish(&m, body_r);
}

int
vif_domain_args(struct arena *a, struct db *db, const struct vm *vm,
    const struct vif *vif, const char *op, struct value *body_r)
{
	struct members m;

	begin(&m, a, op, vm);
	put_vif(&m, db, vif);
	return finish(&m, body_r);
}

/* ---- all devices of a VM ---- */

struct devices {
	struct value *items;
	uint32_t n;
	bool failed;
};

static void
add_device(struct devices *d, struct members *m)
{
	if (finish(m, &d->items[d->n]) < 0)
		d->failed = true;
	else
		d->n++;
}

/* An empty drive is hardware that only guests with emulated hardware see. What
 * came when the VM had its place already is in no domain. */
static void
add_vbd(struct devices *d, struct members *m, struct db *db,
    const struct vm *vm, struct ref ref, disk_source_fn *source, void *arg)
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
add_vif(struct devices *d, struct members *m, struct db *db, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VIF, ref);
	const struct vif *vif = (const struct vif *)r;

	if (!vif || !vif->reserved)
		return;
	put_vif(m, db, vif);
	add_device(d, m);
}

/* Where the VM is, or is about to be. */
static struct ref
host_of(const struct vm *vm)
{
	return ref_is_null(vm->scheduled_to_be_resident_on)
	    ? vm->resident_on
	    : vm->scheduled_to_be_resident_on;
}

/* One whose device has gone since the VM was placed has a name that the worker
 * refuses. */
static void
add_vusb(struct devices *d, struct members *m, struct db *db,
    const struct vm *vm, struct ref ref)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_VUSB, ref);
	const struct pusb *pusb =
	    r ? vusb_device(db, (const struct vusb *)r, host_of(vm)) : NULL;

	if (!r)
		return;
	put_text(m, "device",
	    pusb ? vusb_device_name(m->a, pusb) : VUSB_DEVICE);
	put_text(m, "vendor_id", pusb ? pusb->vendor_id : "");
	put_text(m, "product_id", pusb ? pusb->product_id : "");
	add_device(d, m);
	record_unref(pusb ? &pusb->r : NULL);
}

static void
add_pci(struct devices *d, struct members *m, struct db *db, struct ref ref,
    unsigned number)
{
	RECORD_UNREF const struct record *r = db_get(db, CLASS_PCI, ref);
	const char *name = arena_printf(m->a, "pci/%u", number);

	if (!r)
		return;
	put_text(m, "device", name ? name : "");
	put_text(m, "address", ((const struct pci *)r)->pci_id);
	add_device(d, m);
}

static void
add_vtpm(struct devices *d, struct members *m, struct db *db, struct ref ref)
{
	const struct record *held;

	put_text(m, "device", VTPM_DEVICE);
	put_text(m, "contents", vtpm_contents(db, ref, &held));
	record_unref(held);
	add_device(d, m);
}

static void
put_devices(struct members *to, struct db *db, const struct vm *vm,
    disk_source_fn *source, void *arg)
{
	uint32_t n = vm->VBDs.n + vm->VIFs.n + vm->VUSBs.n +
	    vm->attached_PCIs.n + vm->VTPMs.n;
	struct devices d = { .items =
				 arena_array(to->a, n + 1, sizeof(*d.items)) };
	const struct ref *refs = vm->VBDs.items;
	struct members m;

	for (uint32_t i = 0; d.items && i < vm->VBDs.n; i++) {
		m = (struct members){ .a = to->a };
		add_vbd(&d, &m, db, vm, refs[i], source, arg);
	}
	refs = vm->VIFs.items;
	for (uint32_t i = 0; d.items && i < vm->VIFs.n; i++) {
		m = (struct members){ .a = to->a };
		add_vif(&d, &m, db, refs[i]);
	}
	refs = vm->VUSBs.items;
	for (uint32_t i = 0; d.items && i < vm->VUSBs.n; i++) {
		m = (struct members){ .a = to->a };
		add_vusb(&d, &m, db, vm, refs[i]);
	}
	refs = vm->attached_PCIs.items;
	for (uint32_t i = 0; d.items && i < vm->attached_PCIs.n; i++) {
		m = (struct members){ .a = to->a };
		add_pci(&d, &m, db, refs[i], i);
	}
	refs = vm->VTPMs.items;
	for (uint32_t i = 0; d.items && i < vm->VTPMs.n; i++) {
		m = (struct members){ .a = to->a };
		add_vtpm(&d, &m, db, refs[i]);
	}
	to->failed = to->failed || d.failed || !d.items;
	put(to, "devices",
	    (struct value){ .kind = VALUE_ARRAY, .n = d.n, .items = d.items });
}

/* ---- processors ---- */

static void
put_mask(struct members *m, const char *name, const struct map *params)
{
	const char *mask = builder_find(params, "mask");

	put_text(m, name, mask && cpu_mask_is_valid(mask) ? mask : "");
}

/* What is no possible value counts as absent. */
static void
put_scheduling(struct members *m, struct db *db, const struct vm *vm)
{
	RECORD_UNREF const struct record *r =
	    db_get(db, CLASS_host, host_of(vm));
	const struct host *host = (const struct host *)r;
	int64_t weight =
	    number_in(&vm->VCPUs_params, "weight", 0, VM_WEIGHT_MAX);

	put_int(m, "weight", weight ? weight : 256);
	put_int(m, "cap",
	    number_in(&vm->VCPUs_params, "cap", 0, 100 * vm->VCPUs_max));
	put_mask(m, "mask", &vm->VCPUs_params);
	if (host)
		put_mask(m, "host_mask", &host->guest_VCPUs_params);
}

int
vm_scheduling_args(struct arena *a, struct db *db, const struct vm *vm,
    struct value *body_r)
{
	struct members m;

	begin(&m, a, "set_scheduling", vm);
	put_scheduling(&m, db, vm);
	return finish(&m, body_r);
}

int
vm_shadow_args(struct arena *a, const struct vm *vm, double multiplier,
    struct value *body_r)
{
	struct members m;

	begin(&m, a, "set_shadow", vm);
	put_int(&m, "memory_static_max", vm->memory_static_max);
	put_int(&m, "vcpus_max", vm->VCPUs_max);
	put_double(&m, "shadow_multiplier", multiplier);
	return finish(&m, body_r);
}

/* ---- the domain ---- */

/* Below vm-data and FIST, with the characters that xenstore takes. */
bool
vm_is_guest_key(const char *key)
{
	size_t len = strlen(key);
	bool ours =
	    strncmp(key, "vm-data/", 8) == 0 || strncmp(key, "FIST/", 5) == 0;

	if (!ours || len > MAX_KEY || key[len - 1] == '/' ||
	    strstr(key, "//") || strstr(key, ".."))
		return false;
	for (; *key; key++)
		if (!isalnum((unsigned char)*key) && !strchr("-/_@.", *key))
			return false;
	return true;
}

/* Keys that name programs and devices of the host stay here: paths never come
 * from a map that people write. */
static bool
is_platform_key(const char *key)
{
	static const char *const host[] = { "hvm_serial", "parallel",
		"xenguest", "emu-manager", "device-model", "igd_passthrough" };

	for (size_t i = 0; i < sizeof(host) / sizeof(*host); i++)
		if (strcmp(key, host[i]) == 0)
			return false;
	return strncmp(key, "qemu", 4) != 0;
}

static void
put_taken(struct members *m, struct db *db, const struct vm *vm,
    disk_source_fn *source, void *arg)
{
	struct disk_source from = { "", "raw", "", "", "" };
	struct boot_disk boot;

	vm_boot_disk(m->a, db, vm, &boot);
	if (source && !ref_is_null(boot.vbd))
		from = source(arg, boot.vbd);
	put_text(m, "kernel", from.kernel);
	put_text(m, "ramdisk", from.ramdisk);
	put_text(m, "cmdline",
	    vm->PV_args[0] ? vm->PV_args : vm->PV_legacy_args);
}

static void
put_boot(struct members *m, struct db *db, const struct vm *vm,
    disk_source_fn *source, void *arg)
{
	const char *order = builder_find(&vm->HVM_boot_params, "order");
	const char *grub = vm_bootloader_kernel(vm);

	if (vm->domain_type == DOMAIN_TYPE_HVM) {
		put_text(m, "firmware", vm_is_uefi(vm) ? "uefi" : "bios");
		put_text(m, "boot_order", order && *order ? order : "cd");
		return;
	}
	if (vm_takes_kernel(vm)) {
		put_taken(m, db, vm, source, arg);
		return;
	}
	put_text(m, "kernel", grub ? grub : vm->PV_kernel);
	put_text(m, "ramdisk", grub ? "" : vm->PV_ramdisk);
	put_text(m, "cmdline", grub ? vm->PV_bootloader_args : vm->PV_args);
}

int
vm_domain_args(struct arena *a, struct db *db, const struct vm *vm,
    const char *op, disk_source_fn *source, void *arg, struct value *body_r)
{
	struct members m;

	begin(&m, a, op, vm);
	put_text(&m, "name", vm->name_label);
	put_text(&m, "type", enum_info_domain_type.values[vm->domain_type]);
	put_int(&m, "memory_static_max", vm->memory_static_max);
	put_int(&m, "memory_target",
	    vm->memory_target > 0 ? vm->memory_target : vm->memory_static_max);
	put_int(&m, "vcpus", vm->VCPUs_at_startup);
	put_int(&m, "vcpus_max", vm->VCPUs_max);
	put_scheduling(&m, db, vm);
	put_double(&m, "shadow_multiplier", vm->HVM_shadow_multiplier);
	put_boot(&m, db, vm, source, arg);
	put_bool(&m, "nested", edit_map_true(&vm->platform, "nested-virt"));
	put_bool(&m, "vnc",
	    vm->domain_type == DOMAIN_TYPE_HVM ||
		edit_map_true(&vm->platform, "pvfb"));
	put_map(&m, "platform", &vm->platform, is_platform_key);
	put_map(&m, "bios_strings", &vm->bios_strings, NULL);
	put_map(&m, "xenstore_data", &vm->xenstore_data, vm_is_guest_key);
	put_devices(&m, db, vm, source, arg);
	return finish(&m, body_r);
}

int
vm_xenstore_args(struct arena *a, const struct vm *vm, struct value *body_r)
{
	struct members m;

	begin(&m, a, "xenstore_write", vm);
	put_map(&m, "xenstore_data", &vm->xenstore_data, vm_is_guest_key);
	return finish(&m, body_r);
}
