/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's memory into an image, and on with it or not. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "domain/xl/xl_private.h"
#include "lib/cleanup.h"
#include "lib/moment.h"

static int
go_on(struct xl *x, struct op *op, uint32_t domid)
{
	struct xl_state state;
	int rc = xl_look(x, domid, &state);

	if (rc)
		return xl_fail(x, op, rc, "info");
	rc = state.held ? libxl_domain_resume(x->ctx, domid, 1, NULL) : 0;
	return rc ? xl_fail(x, op, rc, "resume") : 0;
}

/* A worker that died while it saved left the guest held: nobody can ask it a
 * second time before it runs. */
static int
save(struct xl *x, struct op *op, uint32_t domid)
{
	const char *path = op_text(op, "path", "");
	struct xl_meter meter;
	CLEANUP_FD int fd = -1;
	int rc;

	if (go_on(x, op, domid) < 0)
		return -1;
	fd = xl_open_image(path, op_text(op, "served", ""),
	    O_RDWR | O_CREAT | O_TRUNC);
	if (fd < 0)
		return op_fail_errno(op, "VDI_NOT_AVAILABLE", path);
	xl_meter_start(&meter, op, fd, xl_memory(x, domid));
	rc = libxl_domain_suspend(x->ctx, domid, fd, 0, NULL);
	xl_meter_stop(&meter);
	if (rc == 0 && fsync(fd) == 0)
		return 0;
	rc = rc ? xl_fail(x, op, rc, "suspend")
		: op_fail_errno(op, "VDI_IO_ERROR", path);
	/* After a failure the guest would stay suspended. */
	(void)libxl_domain_resume(x->ctx, domid, 1, NULL);
	return rc;
}

/* The stream's header and that of its first record, behind which libxl has a
 * helper read; 0x1 is LIBXC_CONTEXT. (source: Xen's
 * docs/specs/libxl-migration-stream) */
int
xl_image_begins(int fd)
{
	static const char begin[8] = "LibxlFmt"; /* as long as its place */
	static const char context[4] = { 1 };
	char head[24];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	if (n < 0)
		return -1;
	return n == (ssize_t)sizeof(head) &&
	    memcmp(head, begin, sizeof(begin)) == 0 &&
	    memcmp(head + 16, context, sizeof(context)) == 0;
}

static bool
is_saved(const struct op *op)
{
	CLEANUP_FD int fd = xl_open_image(op_text(op, "path", ""),
	    op_text(op, "served", ""), O_RDONLY);

	return fd >= 0 && xl_image_begins(fd) == 1;
}

int
xl_suspend(void *context, struct op *op)
{
	bool hold = op_int(op, "hold", 0) != 0;
	struct xl *x = context;
	uint32_t domid;
	int rc = xl_find(x, op, &domid);

	if (rc < 0)
		return -1;
	/* Gone: saved by one that died behind that, or ended by itself. */
	if (rc == 0)
		return !hold && is_saved(op)
		    ? xl_tpm_ended(x, op)
		    : op_fail(op, "VM_HALTED", op->uuid, NULL);
	if (save(x, op, domid) < 0)
		return -1;
	moment("worker", op->name, "memory is saved");
	if (hold)
		return 0;
	rc = libxl_domain_destroy(x->ctx, domid, NULL);
	return rc ? xl_fail(x, op, rc, "destroy") : xl_tpm_ended(x, op);
}

int
xl_checkpoint(void *context, struct op *op)
{
	struct xl *x = context;
	uint32_t domid;

	if (xl_need(x, op, &domid) < 0 || save(x, op, domid) < 0 ||
	    xl_tpm_held(x, op) < 0)
		return -1;
	return op_int(op, "hold", 0) ? 0 : go_on(x, op, domid);
}

int
xl_go_on(void *context, struct op *op)
{
	struct xl *x = context;
	uint32_t domid;
	int rc = xl_find(x, op, &domid);

	return rc <= 0 ? rc : go_on(x, op, domid);
}
