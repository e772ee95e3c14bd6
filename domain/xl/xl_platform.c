/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VM.platform, as far as libxl has what its keys mean. People write there what
 * they like: what is no value of a key counts as if the key were not there, as
 * in the original. (source: keys.json VM platform) */
#include <stdlib.h>
#include <string.h>

#include "domain/xl/xl.h"

#define KIB_OF_MIB 1024

static const char *
text_of(const struct value *platform, const char *key)
{
	return platform ? value_text(platform, key, "") : "";
}

static bool
is_on(const struct value *platform, const char *key)
{
	const char *text = text_of(platform, key);

	return strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
}

/* What there is unless it is said otherwise. */
static void
set_unless_off(libxl_defbool *to, const struct value *platform, const char *key)
{
	if (*text_of(platform, key))
		libxl_defbool_set(to, is_on(platform, key));
}

static bool
number(const struct value *platform, const char *key, long min, long max,
    long *out_r)
{
	const char *text = text_of(platform, key);
	char *end;

	*out_r = strtol(text, &end, 10);
	return *text && !*end && *out_r >= min && *out_r <= max;
}

/* ---- screen, keys and pointer ---- */

/* libxl knows how much a card needs at least; less is not asked for, which is
 * what old templates do. */
static void
set_screen(const struct value *platform, libxl_domain_build_info *b)
{
	bool cirrus = strcmp(text_of(platform, "vga"), "cirrus") == 0;
	long mib;

	b->u.hvm.vga.kind = cirrus ? LIBXL_VGA_INTERFACE_TYPE_CIRRUS
				   : LIBXL_VGA_INTERFACE_TYPE_STD;
	if (number(platform, "videoram", cirrus ? 8 : 16, 256, &mib))
		b->video_memkb = (uint64_t)mib * KIB_OF_MIB;
}

/* A name that cannot be a path: QEMU opens a file of that name. */
static void
set_keys(const struct value *platform, libxl_domain_build_info *b)
{
	const char *map = text_of(platform, "keymap");

	if (*map && strlen(map) <= 8 && *map != '-' &&
	    !map[strspn(map, "abcdefghijklmnopqrstuvwxyz-")])
		b->u.hvm.keymap = strdup(map);
}

/* Without it, a viewer's pointer and the guest's are in two places. */
static void
set_pointer(const struct value *platform, libxl_domain_build_info *b)
{
	bool usb = !*text_of(platform, "usb") || is_on(platform, "usb");
	bool tablet =
	    !*text_of(platform, "usb_tablet") || is_on(platform, "usb_tablet");

	libxl_defbool_set(&b->u.hvm.usb, usb);
	if (usb && tablet)
		b->u.hvm.usbdevice = strdup("tablet");
}

/* ---- clocks and memory ---- */

static void
set_clocks(const struct value *platform, libxl_domain_build_info *b)
{
	long n;

	if (number(platform, "timeoffset", -INT32_MAX, INT32_MAX, &n))
		b->rtc_timeoffset = (uint32_t)(int32_t)n;
	if (number(platform, "tsc_mode", 0, 3, &n))
		b->tsc_mode = (libxl_tsc_mode)n;
	if (number(platform, "timer_mode", 0, 3, &n))
		b->timer_mode = (libxl_timer_mode)n;
	set_unless_off(&b->u.hvm.hpet, platform, "hpet");
}

/* Below 4 GiB a guest keeps some of its memory. */
static void
set_hole(const struct value *platform, libxl_domain_build_info *b)
{
	long mib;

	if (number(platform, "mmio_size_mib", 256, 3840, &mib))
		b->u.hvm.mmio_hole_memkb = (uint64_t)mib * KIB_OF_MIB;
}

void
xl_platform_hvm(const struct value *platform, libxl_domain_build_info *b)
{
	set_screen(platform, b);
	set_keys(platform, b);
	set_pointer(platform, b);
	set_clocks(platform, b);
	set_hole(platform, b);
	libxl_defbool_set(&b->u.hvm.viridian,
	    strcmp(text_of(platform, "viridian"), "true") == 0);
	libxl_defbool_set(&b->u.hvm.acpi_s3, is_on(platform, "acpi_s3"));
	libxl_defbool_set(&b->u.hvm.acpi_s4, is_on(platform, "acpi_s4"));
	set_unless_off(&b->acpi, platform, "acpi");
	set_unless_off(&b->apic, platform, "apic");
	set_unless_off(&b->u.hvm.pae, platform, "pae");
}

void
xl_platform(const struct value *platform, libxl_domain_build_info *b)
{
	long n;

	if (number(platform, "max_grant_frames", 4, 1024, &n))
		b->max_grant_frames = (uint32_t)n;
	if (number(platform, "max_maptrack_frames", 4, 65536, &n))
		b->max_maptrack_frames = (uint32_t)n;
}
