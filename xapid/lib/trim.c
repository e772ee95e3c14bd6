/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/trim.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of one program or library. What was never writable is as it is in the file;
 * what was relocated is in a segment that says it is writable. */
static int
trim_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = *(const uintptr_t *)arg;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + h->p_vaddr;
		uintptr_t to = (from + h->p_memsz) & ~(page - 1);

		from = (from + page - 1) & ~(page - 1);
		if (h->p_type == PT_LOAD && !(h->p_flags & PF_W) && from < to)
			(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void
trim_memory(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	malloc_trim(0);
	dl_iterate_phdr(trim_object, &page);
}
