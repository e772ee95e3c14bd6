/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A VM's description as libxl wants it. Strings of libxl's structs are malloc'd
 * and go with the struct. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "domain/xl/xl.h"

#define KIB 1024

static const struct type_row {
	const char *name;
	libxl_domain_type type;
	bool shim; /* a PV kernel in a PVH box */
} types[] = {
	{ "hvm", LIBXL_DOMAIN_TYPE_HVM, false },
	{ "pv", LIBXL_DOMAIN_TYPE_PV, false },
	{ "pvh", LIBXL_DOMAIN_TYPE_PVH, false },
	{ "pv_in_pvh", LIBXL_DOMAIN_TYPE_PVH, true },
};

static const struct type_row *
find_type(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

/* Names are unique in Xen and not in the API. */
static char *
unique_name(struct xl *x, struct op *op)
{
	const char *name = op_text(op, "name", op->uuid);
	uint32_t domid;

	if (!*name || libxl_name_to_domid(x->ctx, name, &domid) == 0)
		name = op->uuid;
	return strdup(name);
}

/* ---- the kinds of domain ---- */

static char *
copy(const char *text)
{
	return text && *text ? strdup(text) : NULL;
}

static int
set_kernel(const struct xl *x, struct op *op, libxl_domain_build_info *b)
{
	const char *kernel = op_text(op, "kernel", "");
	const char *ramdisk = op_text(op, "ramdisk", "");

	if (*kernel && !(kernel = xl_guest_file(x, op, kernel)))
		return -1;
	if (*ramdisk && !(ramdisk = xl_guest_file(x, op, ramdisk)))
		return -1;
	b->kernel = copy(kernel);
	b->ramdisk = copy(ramdisk);
	b->cmdline = copy(op_text(op, "cmdline", ""));
	return 0;
}

/* Where QEMU puts its socket. What it cannot make, QEMU says. */
static void
make_console_folder(struct op *op, const char *vnc)
{
	char *path = arena_strdup(op->arena, vnc + strlen("unix:"));
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash)
		return;
	*slash = '\0';
	(void)mkdir(path, 0700);
}

static int
set_hvm(struct xl *x, struct op *op, libxl_domain_build_info *b)
{
	const char *vnc = arena_printf(op->arena, "unix:%s/console/%s.vnc",
	    x->state_dir, op->uuid);

	if (!vnc)
		return op_fail_nomem(op);
	make_console_folder(op, vnc);
	b->device_model_version = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN;
	b->u.hvm.bios = strcmp(op_text(op, "firmware", "bios"), "uefi") == 0
	    ? LIBXL_BIOS_TYPE_OVMF
	    : LIBXL_BIOS_TYPE_SEABIOS;
	b->u.hvm.boot = copy(op_text(op, "boot_order", "cdn"));
	b->u.hvm.serial = strdup("pty");
	libxl_defbool_set(&b->nested_hvm, op_bool(op, "nested", false));
	xl_platform_hvm(op_list(op, "platform"), b);
	libxl_defbool_set(&b->u.hvm.vnc.enable, op_bool(op, "vnc", true));
	b->u.hvm.vnc.listen = strdup(vnc);
	libxl_defbool_set(&b->u.hvm.vnc.findunused, false);
	return 0;
}

static int
set_kind(struct xl *x, struct op *op, const struct type_row *type,
    libxl_domain_build_info *b)
{
	if (type->type == LIBXL_DOMAIN_TYPE_HVM && !*op_text(op, "kernel", ""))
		return set_hvm(x, op, b);
	if (type->type == LIBXL_DOMAIN_TYPE_HVM && set_hvm(x, op, b) < 0)
		return -1;
	if (type->shim)
		libxl_defbool_set(&b->u.pvh.pvshim, true);
	/* One that is resumed has it in its memory. */
	if (!*op_text(op, "kernel", "") && strcmp(op->name, "resume") != 0)
		return op_fail(op, "INVALID_VALUE", "PV_kernel", "", NULL);
	return set_kernel(x, op, b);
}

/* ---- all of them ---- */

static int
set_sizes(struct xl *x, struct op *op, libxl_domain_build_info *b)
{
	int64_t max = op_int(op, "memory_static_max", 0);
	int64_t target = op_int(op, "memory_target", max);
	int64_t vcpus = op_int(op, "vcpus", 1);
	int64_t vcpus_max = op_int(op, "vcpus_max", vcpus);

	if (max < (int64_t)1 << 20 || max > (int64_t)1 << 44 || target <= 0 ||
	    target > max)
		return op_fail(op, "MEMORY_CONSTRAINT_VIOLATION",
		    "Memory limits of the request are not possible", NULL);
	if (vcpus < 1 || vcpus > vcpus_max || vcpus_max > 512)
		return op_fail(op, "INVALID_VALUE", "VCPUs_max", "not possible",
		    NULL);
	b->max_memkb = (uint64_t)max / KIB;
	b->target_memkb = (uint64_t)target / KIB;
	b->max_vcpus = (int)vcpus_max;
	if (libxl_cpu_bitmap_alloc(x->ctx, &b->avail_vcpus, (int)vcpus_max) < 0)
		return op_fail_nomem(op);
	for (int i = 0; i < vcpus; i++)
		libxl_bitmap_set(&b->avail_vcpus, i);
	return xl_tune(x, op, b);
}

int
xl_config(struct xl *x, struct op *op, libxl_domain_config *out_r)
{
	const struct type_row *type = find_type(op_text(op, "type", ""));
	libxl_domain_create_info *c = &out_r->c_info;

	if (!type)
		return op_fail(op, "INVALID_VALUE", "domain_type",
		    op_text(op, "type", ""), NULL);
	c->type = type->type;
	if (libxl_uuid_from_string(&c->uuid, op->uuid) < 0)
		return op_fail(op, "UUID_INVALID", "VM", op->uuid, NULL);
	c->name = unique_name(x, op);
	if (!c->name)
		return op_fail_nomem(op);
	libxl_domain_build_info_init_type(&out_r->b_info, type->type);
	/* Nobody but the toolstack acts on the end of a domain; a soft reset
	 * is the guest's own business. */
	out_r->on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
	out_r->on_reboot = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
	out_r->on_crash = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
	out_r->on_soft_reset = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
	xl_platform(op_list(op, "platform"), &out_r->b_info);
	if (set_sizes(x, op, &out_r->b_info) < 0)
		return -1;
	return set_kind(x, op, type, &out_r->b_info);
}
