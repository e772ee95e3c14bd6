# SPDX-License-Identifier: LGPL-2.1-or-later

pkglibexec_PROGRAMS += storage/xapid-storage
storage_xapid_storage_SOURCES = \
	storage/drivers.def \
	storage/file.c \
	storage/iso.c \
	storage/place.c \
	storage/sim.c \
	storage/storage.h \
	storage/worker.c
storage_xapid_storage_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)
