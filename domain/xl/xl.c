/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/xl/xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"

/* ---- what libxl says ---- */

struct complaints {
	xentoollog_logger logger; /* first */
	char last[512];
};

static void
hear(struct xentoollog_logger *logger, xentoollog_level level, int errnoval,
    const char *context, const char *format, va_list al)
{
	struct complaints *c = (struct complaints *)logger;
	char line[512];

	(void)context;
	if (level < XTL_ERROR)
		return;
	vsnprintf(line, sizeof(line), format, al);
	log_warn("libxl: %s%s%s", line, errnoval > 0 ? ": " : "",
	    errnoval > 0 ? strerror(errnoval) : "");
	/* The first one is the cause, what follows are its consequences. */
	if (!c->last[0])
		snprintf(c->last, sizeof(c->last), "%s", line);
}

static void
hear_progress(struct xentoollog_logger *logger, const char *context,
    const char *doing_what, int percent, unsigned long done,
    unsigned long total)
{
	(void)logger, (void)context, (void)doing_what, (void)percent;
	(void)done, (void)total;
}

static void
dismiss(struct xentoollog_logger *logger)
{
	free(logger);
}

const char *
xl_complaint(const struct xl *x)
{
	return ((const struct complaints *)x->logger)->last;
}

void
xl_forget(struct xl *x)
{
	((struct complaints *)x->logger)->last[0] = '\0';
}

int
xl_fail(struct xl *x, struct op *op, int rc, const char *what)
{
	const char *text;

	if (rc == ERROR_ABORTED || op_cancelled(op))
		return op_fail(op, "TASK_CANCELLED", NULL);
	if (rc == ERROR_DOMAIN_NOTFOUND)
		return op_fail(op, "VM_HALTED", op->uuid, NULL);
	text = arena_printf(op->arena, "libxl, %s: %s (%d)", what,
	    *xl_complaint(x) ? xl_complaint(x) : "failed", rc);
	return text ? op_fail(op, "INTERNAL_ERROR", text, NULL)
		    : op_fail_nomem(op);
}

/* ---- the context ---- */

static void
xl_close(void *context)
{
	struct xl *x = context;

	if (x->ctx)
		libxl_ctx_free(x->ctx);
	if (x->xs)
		xs_close(x->xs);
	if (x->turns >= 0)
		close(x->turns);
	if (x->logger)
		xtl_logger_destroy(x->logger);
	free(x);
}

static void *
xl_open(const struct domain_options *o, char *err, size_t err_size)
{
	struct xl *x = fault_calloc(1, sizeof(*x));
	struct complaints *c = fault_calloc(1, sizeof(*c));

	if (!x || !c) {
		free(x);
		free(c);
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	c->logger = (xentoollog_logger){ hear, hear_progress, dismiss };
	x->logger = &c->logger;
	x->state_dir = o->state_dir;
	x->turns = -1;
	x->xs = xs_open(0);
	if (xl_turn_open(x) < 0)
		snprintf(err, err_size, "%s: %s", x->state_dir,
		    strerror(errno));
	else if (x->xs &&
	    libxl_ctx_alloc(&x->ctx, LIBXL_VERSION, 0, x->logger) == 0)
		return x;
	else
		snprintf(err, err_size, "no Xen here, or not allowed: %s",
		    x->xs ? xl_complaint(x) : "xenstore does not answer");
	xl_close(x);
	return NULL;
}

/* A process runs one operation at a time, so there is one to be found. */
void
xl_cancel(void *context)
{
	struct xl *x = context;

	(void)libxl_ao_abort(x->ctx, NULL);
}

/* ---- domains ---- */

int
xl_find(struct xl *x, struct op *op, uint32_t *domid_r)
{
	libxl_dominfo *all;
	libxl_uuid uuid;
	int n, found = 0;

	if (libxl_uuid_from_string(&uuid, op->uuid) < 0)
		return op_fail(op, "UUID_INVALID", "VM", op->uuid, NULL);
	xl_forget(x);
	all = libxl_list_domain(x->ctx, &n);
	if (!all)
		return xl_fail(x, op, ERROR_FAIL, "list");
	for (int i = 0; i < n && !found; i++) {
		if (libxl_uuid_compare(&all[i].uuid, &uuid) != 0 ||
		    all[i].dying)
			continue;
		*domid_r = all[i].domid;
		found = 1;
	}
	libxl_dominfo_list_free(all, n);
	return found;
}

int
xl_need(struct xl *x, struct op *op, uint32_t *domid_r)
{
	int r = xl_find(x, op, domid_r);

	if (r == 0)
		op_fail(op, "VM_HALTED", op->uuid, NULL);
	return r == 1 ? 0 : -1;
}

int
xl_look(struct xl *x, uint32_t domid, struct xl_state *out_r)
{
	libxl_dominfo info;
	int rc;

	*out_r = (struct xl_state){ .paused = false };
	libxl_dominfo_init(&info);
	xl_forget(x);
	rc = libxl_domain_info(x->ctx, &info, domid);
	if (rc == 0)
		*out_r = (struct xl_state){
			.paused = info.paused,
			.ended = info.shutdown || info.dying,
			.held = info.shutdown &&
			    info.shutdown_reason ==
				LIBXL_SHUTDOWN_REASON_SUSPEND,
			.memory = (int64_t)info.current_memkb * 1024,
			.cpu_time = (int64_t)info.cpu_time,
			.vcpus = info.vcpu_max_id + 1,
			.vcpus_online = info.vcpu_online,
		};
	libxl_dominfo_dispose(&info);
	return rc;
}

int64_t
xl_memory(struct xl *x, uint32_t domid)
{
	struct xl_state state;

	(void)xl_look(x, domid, &state);
	return state.memory;
}

/* ---- xenstore ---- */

const char *
xl_read(struct xl *x, struct op *op, const char *path)
{
	unsigned len;
	char *raw = xs_read(x->xs, XBT_NULL, path, &len), *text;

	if (!raw)
		return NULL;
	text = arena_strdup(op->arena, raw);
	free(raw);
	return text;
}

const char *
xl_kind(struct xl *x, struct op *op, uint32_t domid)
{
	const char *path = arena_printf(op->arena, "/libxl/%u/type", domid);
	const char *kind = path ? xl_read(x, op, path) : NULL;

	return kind ? kind : "";
}

int
xl_write(struct xl *x, struct op *op, const char *path, const char *text)
{
	if (xs_write(x->xs, XBT_NULL, path, text, (unsigned)strlen(text)))
		return 0;
	return op_fail_errno(op, "INTERNAL_ERROR", path);
}

int
xl_give_to_guest(struct xl *x, struct op *op, uint32_t domid, const char *path)
{
	struct xs_permissions owner = { .id = domid, .perms = XS_PERM_NONE };

	if (xl_write(x, op, path, "") < 0)
		return -1;
	return xs_set_permissions(x->xs, XBT_NULL, path, &owner, 1)
	    ? 0
	    : op_fail_errno(op, "INTERNAL_ERROR", path);
}

/* ---- waiting ---- */

int64_t
xl_deadline(int seconds)
{
	return clock_mono_ns() + seconds * 1000 * NSEC_PER_MSEC;
}

bool
xl_again(const struct op *op, int64_t deadline)
{
	const struct timespec moment = { 0, 20 * 1000 * 1000 };

	if (op_cancelled(op) || clock_mono_ns() >= deadline)
		return false;
	nanosleep(&moment, NULL);
	return true;
}

const struct domain_driver domain_xl = {
	.name = "libxl",
	.open = xl_open,
	.close = xl_close,
	.create = xl_create,
	.unpause = xl_unpause,
	.pause = xl_pause,
	.shutdown = xl_shutdown,
	.sleep = xl_sleep,
	.destroy = xl_destroy,
	.suspend = xl_suspend,
	.resume = xl_resume,
	.checkpoint = xl_checkpoint,
	.dump = xl_dump,
	.go_on = xl_go_on,
	.plug = xl_plug,
	.connect = xl_connect,
	.unplug = xl_unplug,
	.insert = xl_insert,
	.eject = xl_eject,
	.set_memory = xl_set_memory,
	.set_vcpus = xl_set_vcpus,
	.priority = xl_priority,
	.rate = xl_rate,
	.set_scheduling = xl_set_scheduling,
	.set_shadow = xl_set_shadow,
	.trigger = xl_trigger,
	.sysrq = xl_sysrq,
	.xenstore_write = xl_xenstore_write,
	.script = xl_script,
	.addresses = xl_addresses,
	.rebridge = xl_rebridge,
	.stats = xl_stats,
	.host = xl_host,
	.dmesg = xl_dmesg,
	.debug_keys = xl_debug_keys,
	.guest_agents = xl_guest_agents,
	.pci_access = xl_pci_access,
	.vtpm = xl_vtpm,
	.list = xl_list,
};
