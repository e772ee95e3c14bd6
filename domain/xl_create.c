/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New domains, from nothing or from a saved image. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/xl_private.h"
#include "lib/cleanup.h"

#define MAX_DEVICES 64

static bool
is_kind(const struct value *device, const char *prefix)
{
	const char *name = value_text(device, "device", "");

	return strncmp(name, prefix, strlen(prefix)) == 0;
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
		return xl_disk(x, op, device, disk, loops);
	}
	if (is_kind(device, "vif/")) {
		libxl_device_nic_init(nic);
		config->num_nics++;
		return xl_nic(x, op, device, nic);
	}
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
	if (!config->disks || !config->nics)
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
	int rc;

	*domid_r = 0;
	if (image < 0)
		return libxl_domain_create_new(x->ctx, config, domid_r, NULL,
		    NULL);
	libxl_domain_restore_params_init(&params);
	params.stream_version = 2; /* 1 wants a converter that is not there */
	rc = libxl_domain_create_restore(x->ctx, config, domid_r, image, -1,
	    &params, NULL, NULL);
	libxl_domain_restore_params_dispose(&params);
	(void)op;
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

static int
build(struct xl *x, struct op *op, libxl_domain_config *config, int image,
    struct xl_loops *loops)
{
	uint32_t domid = 0;
	int rc;

	if (xl_config(x, op, config) < 0 ||
	    add_devices(x, op, config, loops) < 0)
		return -1;
	xl_forget(x);
	rc = make_domain(x, op, config, image, &domid);
	if (rc)
		return rc == ERROR_NOMEM
		    ? op_fail(op, "HOST_NOT_ENOUGH_FREE_MEMORY",
			  arena_printf(op->arena, "%lld",
			      (long long)op_int(op, "memory_static_max", 0)),
			  "unknown", NULL)
		    : xl_fail(x, op, rc, "create");
	rc = write_data(x, op, domid);
	for (int i = 0; rc == 0 && i < config->num_disks; i++)
		rc = xl_disk_activate(x, op, domid, &config->disks[i]);
	if (rc == 0)
		rc = xl_answer_domain(x, op, domid);
	if (rc < 0)
		(void)libxl_domain_destroy(x->ctx, domid, NULL);
	return rc;
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
	if (rc == 1) /* this step was done before somebody died */
		return xl_answer_domain(x, op, domid);
	libxl_domain_config_init(&config);
	rc = build(x, op, &config, image, &loops);
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
	CLEANUP_FD int image = open(path, O_RDONLY | O_CLOEXEC);

	if (image < 0)
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", path);
	return create(context, op, image);
}
