/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/args.h"
#include "cli/print.h"
#include "cli_runs_gen.h"
#include "lib/clock.h"

#define LOOK_MS 200 /* how often vbd-unplug looks whether it is done */

/* ---- those of a VM ---- */

static int
by_device(const void *a, const void *b)
{
	const struct vbd *const *x = a, *const *y = b;
	long left = atol((*x)->userdevice), right = atol((*y)->userdevice);

	if (left != right)
		return left < right ? -1 : 1;
	return strcmp((*x)->uuid, (*y)->uuid);
}

int
cli_vbds_of(struct cli *cli, const struct vm *vm, struct cli_vbds *out)
{
	const struct ref *refs = vm->VBDs.items;

	out->n = 0;
	out->vbds =
	    arena_array(cli->arena, vm->VBDs.n + 1u, sizeof(*out->vbds));
	if (!out->vbds)
		return cli_fail_nomem(cli);
	for (uint32_t i = 0; i < vm->VBDs.n; i++) {
		const struct record *r = cli_record(cli, CLASS_VBD, refs[i]);

		if (r)
			out->vbds[out->n++] = (const struct vbd *)r;
	}
	qsort(out->vbds, out->n, sizeof(*out->vbds), by_device);
	return cli->failure == CLI_FINE ? 0 : -1;
}

/* ---- coming ---- */

int
cli_device_create(struct cli *cli, const struct cli_device *d,
    struct ref *vbd_r)
{
	struct value empty = { .kind = VALUE_STRUCT };
	struct cli_birth b = { .n = 0 };

	cli_born(&b, "VM", cli_param_ref(cli, d->vm->r.self));
	cli_born(&b, "VDI", cli_param_ref(cli, d->vdi));
	cli_born(&b, "userdevice", cli_param_text(cli, d->device));
	cli_born(&b, "bootable", cli_param_bool(d->bootable));
	cli_born(&b, "mode", cli_param_text(cli, d->mode));
	cli_born(&b, "type", cli_param_text(cli, d->type));
	cli_born(&b, "unpluggable", cli_param_bool(d->unpluggable));
	cli_born(&b, "empty",
	    cli_param_bool(ref_is_null(d->vdi) && !cli->wish.dry_run));
	cli_born(&b, "other_config", empty);
	cli_born(&b, "qos_algorithm_type", cli_param_text(cli, ""));
	cli_born(&b, "qos_algorithm_params", empty);
	return cli_create(cli, "VBD.create", &b, vbd_r);
}

int
cli_device_add(struct cli *cli, const struct cli_device *d, struct ref *vbd_r)
{
	struct cli_trouble t;

	if (cli_device_create(cli, d, vbd_r) < 0)
		return -1;
	if (d->vm->power_state != VM_POWER_STATE_RUNNING)
		return 0;
	if (cli_do(cli, "VBD.plug", "r", *vbd_r) == 0)
		return 0;
	if (cli->failure == CLI_FAIL_GONE)
		return -1;
	t = cli_put_aside(cli);
	(void)cli_do(cli, "VBD.destroy", "r", *vbd_r);
	cli_put_back(cli, &t);
	return -1;
}

int
cli_device_remove(struct cli *cli, const struct vbd *vbd)
{
	if (vbd->currently_attached &&
	    cli_do(cli, "VBD.unplug", "r", vbd->r.self) < 0)
		return -1;
	return cli_do(cli, "VBD.destroy", "r", vbd->r.self);
}

static const char *
choose(struct cli *cli, const char *param, const char *otherwise,
    const char *const *words)
{
	const char *text = cli_get(cli, param);

	if (!text)
		return otherwise;
	for (; *words; words++)
		if (strcasecmp(*words, text) == 0)
			return *words;
	cli_fail(cli, "%s is not '%s'", param, text);
	return NULL;
}

int
cli_run_vbd_create(struct cli *cli)
{
	static const char *const types[] = { "Disk", "CD", "Floppy", NULL };
	static const char *const modes[] = { "RO", "RW", NULL };
	struct cli_device d = { .device = cli_need(cli, "device") };
	struct ref vbd;

	d.vm = cli_object_of(cli, CLASS_VM, "vm-uuid");
	if (!d.vm || cli_optional_object(cli, "vdi-uuid", "VDI", &d.vdi) < 0 ||
	    cli_get_bool(cli, "bootable", false, &d.bootable) < 0 ||
	    cli_get_bool(cli, "unpluggable", true, &d.unpluggable) < 0)
		return -1;
	d.type = choose(cli, "type", "Disk", types);
	d.mode = choose(cli, "mode", "RW", modes);
	if (!d.type || !d.mode || cli_device_create(cli, &d, &vbd) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_VBD, vbd);
}

/* ---- going ---- */

/* The guest lets a disk go when it likes to; until then. */
static int
wait_detached(struct cli *cli, struct ref vbd, int64_t until)
{
	struct timespec ts = { 0, LOOK_MS * 1000000L };
	const struct record *r;

	do {
		nanosleep(&ts, NULL);
		if (!(r = cli_object(cli, CLASS_VBD, vbd)) ||
		    cli_renew(cli, &r) < 0)
			return -1;
		if (!((const struct vbd *)r)->currently_attached)
			return 0;
	} while (clock_mono_ns() < until);
	return 1;
}

static int
unplug_in_time(struct cli *cli, struct ref vbd, int64_t timeout_s)
{
	int64_t until = clock_mono_ns() + timeout_s * NSEC_PER_SEC;
	struct cli_trouble t;
	int r;

	if (cli_do(cli, "VBD.unplug", "r", vbd) == 0)
		return 0;
	if (!cli_failed_with(cli, "DEVICE_DETACH_TIMEOUT") || timeout_s <= 0)
		return -1;
	t = cli_put_aside(cli);
	r = wait_detached(cli, vbd, until);
	if (r > 0)
		cli_put_back(cli, &t);
	return r ? -1 : 0;
}

int
cli_run_vbd_unplug(struct cli *cli)
{
	const char *text = cli_get(cli, "timeout");
	int64_t timeout = 0;
	struct ref vbd;

	if (cli_named_object(cli, "uuid", "VBD", &vbd) < 0 ||
	    (text && cli_parse_int(cli, "timeout", text, &timeout) < 0))
		return -1;
	if (cli_forced(cli))
		return cli_do(cli, "VBD.unplug_force", "r", vbd);
	if (timeout > INT32_MAX)
		timeout = INT32_MAX;
	return unplug_in_time(cli, vbd, timeout);
}

/* ---- interfaces ---- */

int
cli_run_vif_create(struct cli *cli)
{
	struct value empty = { .kind = VALUE_STRUCT };
	struct cli_birth b = { .n = 0 };
	const char *mac = cli_get(cli, "mac");
	const struct network *net;
	struct ref vm, vif;

	if (cli_named_object(cli, "vm-uuid", "VM", &vm) < 0 ||
	    !(net = cli_object_of(cli, CLASS_network, "network-uuid")))
		return -1;
	if (!mac || strcasecmp(mac, "random") == 0)
		mac = "";
	cli_born(&b, "device", cli_param_text(cli, cli_need(cli, "device")));
	cli_born(&b, "network", cli_param_ref(cli, net->r.self));
	cli_born(&b, "VM", cli_param_ref(cli, vm));
	cli_born(&b, "MAC", cli_param_text(cli, mac));
	cli_born(&b, "MTU", cli_param_int(net->MTU));
	cli_born(&b, "other_config", empty);
	cli_born(&b, "qos_algorithm_type", cli_param_text(cli, ""));
	cli_born(&b, "qos_algorithm_params", empty);
	if (cli_create(cli, "VIF.create", &b, &vif) < 0)
		return -1;
	return cli_print_uuid(cli, CLASS_VIF, vif);
}

/* A VLAN by its own uuid or by that of its interface. */
int
cli_run_vlan_destroy(struct cli *cli)
{
	const char *uuid = cli_need(cli, "uuid");
	struct ref ref;

	if (cli_by_uuid(cli, "VLAN", uuid, &ref) == 0)
		return cli_do(cli, "VLAN.destroy", "r", ref);
	if (!cli_failed_with(cli, "UUID_INVALID") || !cli_forgive(cli) ||
	    cli_by_uuid(cli, "PIF", uuid, &ref) < 0)
		return -1;
	return cli_do(cli, "PIF.destroy", "r", ref);
}
