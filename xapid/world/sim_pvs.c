/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A site that streams disks to VMs, with a cache on the first host and a proxy
 * for one VM that does not run. */
#include "world/sim_private.h"

#define CACHE_SIZE (10 * WORLD_GIB)

static struct ref
add_site(struct sim *s)
{
	struct pvs_site p;

	builder_defaults(CLASS_PVS_site, &p.r);
	p.name_label = "Streamed desktops";
	p.name_description = "Disks that many VMs start from";
	p.PVS_uuid = maker_spare_uuid(s->m, CLASS_PVS_site);
	return maker_add(s->m, &p.r);
}

static void
add_server(struct sim *s, struct ref site)
{
	struct pvs_server p;

	builder_defaults(CLASS_PVS_server, &p.r);
	p.site = site;
	p.addresses = BUILDER_STRINGS(&s->m->b, "192.0.2.20");
	p.first_port = 6890;
	p.last_port = 6910;
	(void)maker_add(s->m, &p.r);
}

static void
add_cache(struct sim *s, struct ref site)
{
	struct sim_sr *sr = &s->local[0];
	struct pvs_cache_storage c;
	struct vdi v;

	builder_defaults(CLASS_VDI, &v.r);
	maker_identify(s->m, &v.r);
	v.name_label = "PVS cache VDI";
	v.SR = sr->sr;
	v.location = v.uuid;
	v.type = VDI_TYPE_PVS_CACHE;
	v.virtual_size = CACHE_SIZE;
	v.physical_utilisation = CACHE_SIZE / 8;
	v.managed = true;
	sr->virtual_allocation += v.virtual_size;
	sr->used += v.physical_utilisation;
	builder_defaults(CLASS_PVS_cache_storage, &c.r);
	c.host = s->hosts[0].host;
	c.SR = sr->sr;
	c.site = site;
	c.size = CACHE_SIZE;
	c.VDI = maker_add(s->m, &v.r);
	(void)maker_add(s->m, &c.r);
}

static void
add_proxy(struct sim *s, struct ref site, struct ref vif)
{
	struct pvs_proxy p;

	builder_defaults(CLASS_PVS_proxy, &p.r);
	p.site = site;
	p.VIF = vif;
	p.status = PVS_PROXY_STATUS_STOPPED;
	(void)maker_add(s->m, &p.r);
}

void
sim_pvs_make(struct sim *s)
{
	struct ref site = add_site(s);

	add_server(s, site);
	add_cache(s, site);
	if (s->nvms >= SIM_FIRST_VMS)
		add_proxy(s, site, s->first_vif);
}
