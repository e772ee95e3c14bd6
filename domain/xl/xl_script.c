/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script for the agent in a guest, and what became of it, below
 * control/batcmd. (source: guest-agent.json) */
#include <stdlib.h>
#include <string.h>

#include "domain/xl/xl_private.h"
#include "lib/text.h"

/* What agents say that they can, which libxl does not let them write. */
static const char *const features[] = { "feature-balloon", "feature-ts",
	"feature-ts2", "feature-s3", "feature-s4", "feature-vcpu-hotplug",
	"feature-laptop-slate-mode", "feature-static-ip-setting",
	"feature-xs-batcmd", "feature-quiesce", "feature-snapshot", NULL };

static const char *
path_of(struct op *op, uint32_t domid, const char *name)
{
	return arena_printf(op->arena, "/local/domain/%u/control/%s", domid,
	    name);
}

int
xl_open_features(struct xl *x, struct op *op, uint32_t domid)
{
	int rc = 0;

	for (const char *const *f = features; rc == 0 && *f; f++)
		rc = xl_give_to_guest(x, op, domid, path_of(op, domid, *f));
	return rc;
}

static void
clear(struct xl *x, struct op *op, uint32_t domid)
{
	(void)xs_rm(x->xs, XBT_NULL, path_of(op, domid, "batcmd"));
}

/* The guest owns the folder and what is made in it, so it can answer there. The
 * state comes last: that is what it waits for. */
static int
begin(struct xl *x, struct op *op, uint32_t domid)
{
	clear(x, op, domid);
	if (xl_give_to_guest(x, op, domid, path_of(op, domid, "batcmd")) < 0 ||
	    xl_write(x, op, path_of(op, domid, "batcmd/script"),
		op_text(op, "script", "")) < 0)
		return -1;
	return xl_write(x, op, path_of(op, domid, "batcmd/state"), "READY");
}

/* What a guest wrote: bounded by xenstore, made clean here. */
static struct value
said(struct xl *x, struct op *op, uint32_t domid, const char *name)
{
	const char *text = xl_read(x, op,
	    path_of(op, domid, arena_printf(op->arena, "batcmd/%s", name)));
	char *clean = arena_strdup(op->arena, text ? text : "");

	if (clean)
		text_make_clean(clean);
	return value_of_text(clean ? clean : "");
}

static int
look(struct xl *x, struct op *op, uint32_t domid)
{
	static const char *const names[] = { "state", "return", "stdout",
		"stderr" };
	struct value_member m[4];

	for (size_t i = 0; i < 4; i++)
		m[i] = (struct value_member){ names[i],
			said(x, op, domid, names[i]) };
	return op_answer(op, m, 4);
}

int
xl_script(void *context, struct op *op)
{
	const char *what = op_text(op, "what", "");
	struct xl *x = context;
	uint32_t domid;
	int rc;

	if (strcmp(what, "clear") == 0) {
		rc = xl_find(x, op, &domid);
		if (rc == 1)
			clear(x, op, domid);
		return rc < 0 ? -1 : 0;
	}
	if (xl_need(x, op, &domid) < 0)
		return -1;
	return strcmp(what, "begin") == 0 ? begin(x, op, domid)
					  : look(x, op, domid);
}
