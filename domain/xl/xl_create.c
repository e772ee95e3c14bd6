/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New domains, from nothing or from a saved image. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domain/tpm/swtpm.h"
#include "domain/xl/xl_private.h"
#include "lib/cleanup.h"
#include "lib/moment.h"

#define MAX_DEVICES 64
#define SCRUB_SECONDS 10

static bool
is_kind(const struct value *device, const char *prefix)
{
	const char *name = value_text(device, "device", "");

	return strncmp(name, prefix, strlen(prefix)) == 0;
}

int
xl_add_arguments(struct op *op, libxl_domain_config *config,
    const char *const *items, size_t n)
{
	char **old = config->b_info.extra_hvm, **list;
	size_t had = 0;

	while (old && old[had])
		had++;
	list = realloc(old, (had + n + 1) * sizeof(*list));
	if (!list)
		return op_fail_nomem(op);
	config->b_info.extra_hvm = list;
	for (size_t i = 0; i < n; i++) {
		list[had + i + 1] = NULL;
		if (!(list[had + i] = strdup(items[i])))
			return op_fail_nomem(op);
	}
	return 0;
}

/* Firmware reads disks that the device model shows as IDE ones. Of a disk with
 * a script libxl does not know what to show: it looks for what the script has
 * found (source: libxl, libxl__device_disk_find_local_path). */
static int
show_disk(struct op *op, libxl_domain_config *config,
    const libxl_device_disk *disk)
{
	const char *v = disk->vdev;
	const char *items[2] = { "-drive", NULL };

	if (config->c_info.type != LIBXL_DOMAIN_TYPE_HVM ||
	    disk->backend != LIBXL_DISK_BACKEND_PHY || !disk->readwrite ||
	    strncmp(v, "hd", 2) != 0 || v[2] < 'a' || v[2] > 'd' || v[3] ||
	    strchr(disk->pdev_path, ','))
		return 0;
	items[1] = arena_printf(op->arena,
	    "file=%s,if=ide,index=%d,media=disk,format=raw,cache=writeback",
	    disk->pdev_path, v[2] - 'a');
	return items[1] ? xl_add_arguments(op, config, items, 2)
			: op_fail_nomem(op);
}

static int
add_device(struct xl *x, struct op *op, const struct value *device,
    libxl_domain_config *config, struct xl_loops *loops)
{
	libxl_device_disk *disk = &config->disks[config->num_disks];
	libxl_device_nic *nic = &config->nics[config->num_nics];

	if (is_kind(device, "vbd/")) {
		libxl_device_disk_init(disk);
		config->num_disks++;
		return xl_disk(x, op, device, disk, loops,
			   config->c_info.type == LIBXL_DOMAIN_TYPE_HVM) < 0
		    ? -1
		    : show_disk(op, config, disk);
	}
	if (is_kind(device, "vif/")) {
		libxl_device_nic_init(nic);
		config->num_nics++;
		return xl_nic(x, op, device, nic);
	}
	if (is_kind(device, "pci/"))
		return xl_pci(x, op, device, config);
	if (is_kind(device, "vusb/"))
		return xl_usb(op, device, config);
	if (strcmp(value_text(device, "device", ""), "vtpm/0") == 0)
		return xl_tpm(x, op, device, config);
	return op_fail(op, "NOT_IMPLEMENTED",
	    value_text(device, "device", "device"), NULL);
}

static int
add_devices(struct xl *x, struct op *op, libxl_domain_config *config,
    struct xl_loops *loops)
{
	const struct value *all = op_list(op, "devices");
	uint32_t n = all && all->kind == VALUE_ARRAY ? all->n : 0;

	if (n > MAX_DEVICES)
		return op_fail(op, "INVALID_DEVICE", "too many", NULL);
	config->disks = calloc(n + 1, sizeof(*config->disks));
	config->nics = calloc(n + 1, sizeof(*config->nics));
	config->pcidevs = calloc(n + 1, sizeof(*config->pcidevs));
	config->usbctrls = calloc(1, sizeof(*config->usbctrls));
	config->usbdevs = calloc(XL_USB_PORTS, sizeof(*config->usbdevs));
	if (!config->disks || !config->nics || !config->pcidevs ||
	    !config->usbctrls || !config->usbdevs)
		return op_fail_nomem(op);
	for (uint32_t i = 0; i < n; i++)
		if (add_device(x, op, &all->items[i], config, loops) < 0)
			return -1;
	return 0;
}

int
xl_answer_domain(struct xl *x, struct op *op, uint32_t domid)
{
	const struct value *all = op_list(op, "devices");
	uint32_t n = all && all->kind == VALUE_ARRAY ? all->n : 0, k = 0;
	struct value *items = arena_array(op->arena, n + 1, sizeof(*items));
	struct value_member answer[2] = { { "domid", value_of_int(domid) } };

	(void)x;
	if (!items)
		return op_fail_nomem(op);
	for (uint32_t i = 0; i < n; i++) {
		const char *name = value_text(&all->items[i], "device", "");
		struct value_member *m;

		if (!is_kind(&all->items[i], "vif/"))
			continue;
		m = arena_array(op->arena, 2, sizeof(*m));
		if (!m)
			return op_fail_nomem(op);
		m[0] = (struct value_member){ "device", value_of_text(name) };
		m[1] = (struct value_member){ "interface",
			value_of_text(arena_printf(op->arena, "vif%u.%s", domid,
			    name + 4)) };
		items[k++] = (struct value){ .kind = VALUE_STRUCT,
			.n = 2,
			.members = m };
	}
	answer[1] = (struct value_member){ "interfaces",
		{ .kind = VALUE_ARRAY, .n = k, .items = items } };
	return op_answer(op, answer, 2);
}

static int
make_domain(struct xl *x, struct op *op, libxl_domain_config *config, int image,
    uint32_t *domid_r)
{
	libxl_domain_restore_params params;
	struct xl_meter meter;
	struct stat st;
	int rc;

	*domid_r = 0;
	if (image < 0)
		return libxl_domain_create_new(x->ctx, config, domid_r, NULL,
		    NULL);
	libxl_domain_restore_params_init(&params);
	params.stream_version = 2; /* 1 wants a converter that is not there */
	xl_meter_start(&meter, op, image,
	    fstat(image, &st) == 0 ? st.st_size : 0);
	rc = libxl_domain_create_restore(x->ctx, config, domid_r, image, -1,
	    &params, NULL, NULL);
	xl_meter_stop(&meter);
	libxl_domain_restore_params_dispose(&params);
	return rc;
}

/* The guest's data, and what the core knows it by. */
static int
write_data(struct xl *x, struct op *op, uint32_t domid)
{
	const struct value *data = op_list(op, "xenstore_data");
	const char *path =
	    arena_printf(op->arena, "/local/domain/%u/vm-data", domid);

	for (uint32_t i = 0; data && data->kind == VALUE_STRUCT && i < data->n;
	     i++) {
		const char *name = data->members[i].name;

		if (strncmp(name, "vm-data/", 8) != 0 || strstr(name, "..") ||
		    data->members[i].value.kind != VALUE_STRING)
			continue;
		if (xl_write(x, op,
			arena_printf(op->arena, "%s/%s", path, name + 8),
			data->members[i].value.s) < 0)
			return -1;
	}
	return 0;
}

/* hvmloader makes the tables of the firmware from these. */
static int
write_bios_strings(struct xl *x, struct op *op, uint32_t domid)
{
	const struct value *all = op_list(op, "bios_strings");

	for (uint32_t i = 0; all && all->kind == VALUE_STRUCT && i < all->n;
	     i++) {
		const char *name = all->members[i].name;

		if (name[strspn(name,
			"abcdefghijklmnopqrstuvwxyz0123456789-")] ||
		    !*name || all->members[i].value.kind != VALUE_STRING)
			continue;
		if (xl_write(x, op,
			arena_printf(op->arena,
			    "/local/domain/%u/bios-strings/%s", domid, name),
			all->members[i].value.s) < 0)
			return -1;
	}
	return 0;
}

/* What is told of the interfaces beside the devices themselves. */
static int
write_addresses(struct xl *x, struct op *op, uint32_t domid)
{
	const struct value *all = op_list(op, "devices");
	int rc = 0;

	for (uint32_t i = 0;
	     rc == 0 && all && all->kind == VALUE_ARRAY && i < all->n; i++)
		if (is_kind(&all->items[i], "vif/"))
			rc = xl_nic_addresses(x, op, domid, &all->items[i]);
	return rc;
}

/* ---- memory ---- */

static const char *
kib_text(struct op *op, uint64_t kib)
{
	return arena_printf(op->arena, "%llu", (unsigned long long)kib * 1024);
}

/* What a domain that ended had is scrubbed before it is free, so there may be
 * more in a moment. config gets libxl's defaults. */
static int
check_memory(struct xl *x, struct op *op, libxl_domain_config *config)
{
	int64_t deadline = xl_deadline(SCRUB_SECONDS);
	uint64_t need = 0, have = 0;
	libxl_physinfo info;
	int rc;

	rc = libxl_domain_need_memory(x->ctx, config, INVALID_DOMID, &need);
	while (rc == 0) {
		libxl_physinfo_init(&info);
		rc = libxl_get_physinfo(x->ctx, &info);
		have = (info.free_pages + info.scrub_pages) *
		    (XC_PAGE_BYTES / 1024);
		libxl_physinfo_dispose(&info);
		if (rc || have >= need)
			break;
		if (!xl_again(op, deadline))
			return op_fail(op, "HOST_NOT_ENOUGH_FREE_MEMORY",
			    kib_text(op, need), kib_text(op, have), NULL);
	}
	return rc ? xl_fail(x, op, rc, "memory") : 0;
}

/* ---- the whole ---- */

/* A domain with this node is finished; libxl removes it with the domain. One
 * without it was left by a worker that died. */
static const char *
mark_of(struct op *op, uint32_t domid)
{
	return arena_printf(op->arena, "/libxl/%u/xapid", domid);
}

static int
fail_build(struct xl *x, struct op *op, int rc)
{
	if (rc == ERROR_ABORTED || op_cancelled(op))
		return op_fail(op, "TASK_CANCELLED", NULL);
	return op_fail(op, "DOMAIN_BUILDER_ERROR", "create",
	    arena_printf(op->arena, "%d", rc),
	    *xl_complaint(x) ? xl_complaint(x) : "failed", NULL);
}

/* What libxl makes it takes back when it fails, but not when it was aborted:
 * its taking back is aborted, too. The error is raised already. */
static void
remove_leftover(struct xl *x, struct op *op, uint32_t made)
{
	uint32_t domid = made;

	if (xl_find(x, op, &domid) == 1)
		(void)libxl_domain_destroy(x->ctx, domid, NULL);
	else
		domid = made;
	if (domid && domid != (uint32_t)INVALID_DOMID)
		xl_model_end(domid);
}

/* A guest may have had more than it was told to have when it was saved, because
 * it has no balloon or was slow: all of it has a place in the new domain, which
 * is told afterwards. */
static int
tell_target(struct xl *x, struct op *op, uint32_t domid, uint64_t kib)
{
	int rc;

	xl_forget(x);
	rc = libxl_set_memory_target(x->ctx, domid, (int64_t)kib, 0, 1);
	return rc ? xl_fail(x, op, rc, "memory target") : 0;
}

static int
build(struct xl *x, struct op *op, libxl_domain_config *config, int image,
    struct xl_loops *loops)
{
	uint32_t domid = 0;
	uint64_t target;
	int rc;

	xl_forget(x);
	if (xl_config(x, op, config) < 0 ||
	    swtpm_forget(op, x->state_dir) < 0 ||
	    add_devices(x, op, config, loops) < 0 ||
	    check_memory(x, op, config) < 0)
		return -1;
	target = config->b_info.target_memkb;
	if (image >= 0)
		config->b_info.target_memkb = config->b_info.max_memkb;
	xl_forget(x);
	rc = make_domain(x, op, config, image, &domid);
	if (rc) {
		(void)fail_build(x, op, rc);
		remove_leftover(x, op, domid);
		return -1;
	}
	moment("worker", op->name, "domain is there");
	rc = image >= 0 ? tell_target(x, op, domid, target) : 0;
	if (rc == 0)
		rc = write_data(x, op, domid);
	if (rc == 0)
		rc = xl_open_features(x, op, domid);
	if (rc == 0 && strcmp(op_text(op, "type", ""), "hvm") == 0)
		rc = write_bios_strings(x, op, domid);
	if (rc == 0)
		rc = write_addresses(x, op, domid);
	for (int i = 0; rc == 0 && i < config->num_disks; i++)
		rc = xl_disk_activate(x, op, domid, &config->disks[i]);
	moment("worker", op->name, "disks are there");
	if (rc == 0)
		rc = xl_usb_taken(op);
	if (rc == 0)
		rc = xl_write(x, op, mark_of(op, domid), "built");
	if (rc == 0)
		rc = xl_answer_domain(x, op, domid);
	if (rc < 0)
		(void)libxl_domain_destroy(x->ctx, domid, NULL);
	return rc;
}

/* What is there of a VM that is to have a domain. */
enum leftover {
	LEFTOVER_HALF,  /* built by one that died */
	LEFTOVER_ENDED, /* held with its memory in an image, or over */
	LEFTOVER_RUNS,
};

static enum leftover
leftover(struct xl *x, uint32_t domid)
{
	struct xl_state state;
	int rc = xl_look(x, domid, &state);

	return rc != 0 || state.ended             ? LEFTOVER_ENDED
	    : state.cpu_time > 0 || !state.paused ? LEFTOVER_RUNS
						  : LEFTOVER_HALF;
}

/* One that has run is not half built but somebody else's. */
static int
clear_away(struct xl *x, struct op *op, uint32_t domid)
{
	enum leftover found = leftover(x, domid);
	int rc;

	if (found == LEFTOVER_RUNS)
		return op_fail(op, "DOMAIN_EXISTS", op->uuid,
		    arena_printf(op->arena, "%u", domid), NULL);
	rc = libxl_domain_destroy(x->ctx, domid, NULL);
	if (found == LEFTOVER_HALF)
		xl_model_end(domid);
	return rc ? xl_fail(x, op, rc, "destroy") : 0;
}

static int
create(struct xl *x, struct op *op, int image)
{
	struct xl_loops loops = { .n = 0 };
	libxl_domain_config config;
	uint32_t domid;
	int rc = xl_find(x, op, &domid);

	if (rc < 0)
		return -1;
	if (rc == 1 && leftover(x, domid) != LEFTOVER_ENDED &&
	    xl_read(x, op, mark_of(op, domid)))
		return xl_answer_domain(x, op, domid);
	if (rc == 1 && clear_away(x, op, domid) < 0)
		return -1;
	libxl_domain_config_init(&config);
	rc = build(x, op, &config, image, &loops);
	if (rc < 0)
		xl_tpm_give_up(x, op);
	libxl_domain_config_dispose(&config);
	xl_loops_close(&loops);
	return rc;
}

int
xl_create(void *context, struct op *op)
{
	return create(context, op, -1);
}

int
xl_resume(void *context, struct op *op)
{
	const char *path = op_text(op, "path", "");
	CLEANUP_FD int image =
	    xl_open_image(path, op_text(op, "served", ""), O_RDONLY);
	int begins;

	if (image < 0)
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", path);
	/* libxl 4.17 crashes where its helper has not begun. */
	begins = xl_image_begins(image);
	if (begins < 0)
		return op_fail_errno(op, "VDI_IO_ERROR", path);
	if (!begins)
		return op_fail(op, "DOMAIN_BUILDER_ERROR", "resume", "0",
		    "The image holds no guest's memory", NULL);
	return create(context, op, image);
}
