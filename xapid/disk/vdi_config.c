/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host needs to attach a disk by itself, without a database: the call
 * that it would make of the storage manager, as the original writes it.
 * (source of names: smapi.json) */
#include "call/edit.h"
#include "disk/storage.h"
#include "disk/storage_operations.h"
#include "lib/bytes.h"

static void
put_escaped(struct bytes *b, const char *text)
{
	for (; *text; text++)
		if (*text == '<' || *text == '>' || *text == '&')
			bytes_puts(b,
			    *text == '<'       ? "&lt;"
				: *text == '>' ? "&gt;"
					       : "&amp;");
		else
			bytes_putc(b, *text);
}

static void
put_member(struct bytes *b, const char *name, const char *value)
{
	bytes_puts(b, "<member><name>");
	put_escaped(b, name);
	bytes_puts(b, "</name><value><string>");
	put_escaped(b, value);
	bytes_puts(b, "</string></value></member>");
}

static void
put_map(struct bytes *b, const char *name, const struct map *m)
{
	const char *const *keys = m->keys, *const *values = m->values;

	bytes_printf(b, "<member><name>%s</name><value><struct>", name);
	for (uint32_t i = 0; i < m->n; i++)
		put_member(b, keys[i], values[i]);
	bytes_puts(b, "</struct></value></member>");
}

/* The PBD of that host; NULL: raised. */
static const struct pbd *
find_pbd(struct call *c, struct tx *t, const struct sr *sr, struct ref host)
{
	const struct ref *refs = sr->PBDs.items;

	for (uint32_t i = 0; i < sr->PBDs.n; i++) {
		const struct pbd *pbd = TX_GET(t, PBD, pbd, refs[i]);

		if (pbd && ref_equal(pbd->host, host))
			return pbd;
	}
	(void)fail_sr_has_no_pbds(c, call_ref_text(c, sr->r.self));
	return NULL;
}

int
vdi_generate_config(struct call *c, const struct vdi_generate_config_args *a,
    const char **result_r)
{
	TX_SCOPE struct tx *t = call_begin(c);
	CLEANUP_BYTES struct bytes b = { 0 };
	const struct pbd *pbd;
	const struct vdi *vdi;
	const struct sr *sr;

	if (!t || !(vdi = EDIT_HEAD(c, t, VDI, vdi, a->vdi)) ||
	    !EDIT_HEAD(c, t, host, host, a->host) ||
	    vdi_operation_check(c, t, vdi, VDI_OPERATIONS_GENERATE_CONFIG) <
		0 ||
	    storage_check(c, t, vdi->SR, NULL) < 0)
		return -1;
	sr = TX_GET(t, SR, sr, vdi->SR);
	pbd = find_pbd(c, t, sr, a->host);
	if (!pbd)
		return -1;
	bytes_puts(&b,
	    "<?xml version='1.0'?>\n<methodCall>\n"
	    "<methodName>vdi_attach_from_config</methodName>\n<params>\n"
	    "<param>\n<value><struct>");
	put_member(&b, "command", "vdi_attach_from_config");
	put_map(&b, "device_config", &pbd->device_config);
	put_map(&b, "sr_sm_config", &sr->sm_config);
	put_member(&b, "sr_uuid", sr->uuid);
	put_member(&b, "vdi_uuid", vdi->uuid);
	put_member(&b, "vdi_location", vdi->location);
	bytes_puts(&b,
	    "</struct></value>\n</param>\n</params>\n"
	    "</methodCall>\n");
	*result_r = bytes_cstr(&b) ? arena_strdup(c->arena, b.p) : NULL;
	return *result_r ? 0 : call_fail_nomem(c);
}
