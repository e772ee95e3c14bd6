# SPDX-License-Identifier: LGPL-2.1-or-later

pkglibexec_PROGRAMS += domain/xapid-domain
domain_xapid_domain_SOURCES = \
	domain/domain.h \
	domain/sim.c \
	domain/sim_devices.c \
	domain/sim_guest.c \
	domain/sim_happen.c \
	domain/sim_private.h \
	domain/sim_ring.c \
	domain/worker.c
domain_xapid_domain_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)

# Real domains. libxl's JSON library and ours have the same names: jansson is
# not linked here. Nothing of ours is exported either: our uuid_parse() took
# the place of libuuid's in libxl.
if LIBXL
domain_xapid_domain_SOURCES += \
	domain/swtpm.c \
	domain/swtpm.h \
	domain/swtpm_process.c \
	domain/swtpm_process.h \
	domain/xl.c \
	domain/xl.h \
	domain/xl_config.c \
	domain/xl_create.c \
	domain/xl_devid.c \
	domain/xl_disk.c \
	domain/xl_dump.c \
	domain/xl_host.c \
	domain/xl_kernel.c \
	domain/xl_list.c \
	domain/xl_live.c \
	domain/xl_media.c \
	domain/xl_nic.c \
	domain/xl_script.c \
	domain/xl_tpm.c \
	domain/xl_pci.c \
	domain/xl_plug.c \
	domain/xl_power.c \
	domain/xl_priority.c \
	domain/xl_private.h \
	domain/xl_meter.c \
	domain/xl_save.c \
	domain/xl_tune.c \
	domain/xl_turn.c \
	domain/xl_usb.c \
	domain/xl_use.c \
	domain/xl_watch.c \
	domain/xl_watch.h \
	domain/xl_watch_disk.c
domain_xapid_domain_CPPFLAGS = $(AM_CPPFLAGS) $(LIBXL_CFLAGS)
domain_xapid_domain_LDADD += $(LIBXL_LIBS)
domain_xapid_domain_LDFLAGS = -Wl,--exclude-libs,ALL
endif
