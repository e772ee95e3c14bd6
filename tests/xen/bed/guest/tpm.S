/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A boot sector that counts with the TPM of its machine: about once a second it
 * increments a counter there and says "TPM xxxx" on the first serial port, xxxx
 * being the last two bytes of what was counted; "TPM FAILS" when it cannot be
 * read, "NO TPM" where there is none.
 * (source: TCG PC Client Platform TPM Profile, FIFO interface; TPM 2.0 Library) */
	.code16
	.set	ACCESS, 0x00
	.set	STS, 0x18
	.set	FIFO, 0x24
	.set	DID_VID, 0xf00
	.set	ANSWER, 0x8000
	.set	TICKS, 0x46c

	.globl	_start
_start:	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	inb	$0x92, %al
	orb	$2, %al
	outb	%al, $0x92
	/* fs reaches all of the address space from here on. */
	lgdtw	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	movw	$8, %bx
	movw	%bx, %fs
	andb	$0xfe, %al
	movl	%eax, %cr0
	sti

	movl	$0xfed40000, %ebp
	movw	$none, %si
	movw	%fs:DID_VID(%ebp), %ax
	incw	%ax /* nothing there reads as all ones, or as zero */
	cmpw	$1, %ax
	jbe	lost
	movb	$2, %fs:ACCESS(%ebp)
1:	testb	$0x20, %fs:ACCESS(%ebp)
	jz	1b
	movw	$startup, %si
	call	command
	movw	$define, %si
	call	command
count:	movw	$increment, %si
	call	command
	movw	$read, %si
	call	command
	movw	$fails, %si
	cmpw	$0, ANSWER + 8 /* what it answers: success */
	jne	5f
	movw	$prefix, %si
	call	say
	movb	ANSWER + 22, %al
	call	hex
	movb	ANSWER + 23, %al
	call	hex
	movw	$newline, %si
5:	call	say
	movw	$18, %cx
2:	movw	TICKS, %ax
3:	hlt
	cmpw	TICKS, %ax
	je	3b
	loop	2b
	jmp	count
lost:	call	say
4:	hlt
	jmp	4b

/* At si: its length, its bytes. */
command:
	lodsb
	movzbw	%al, %cx
	movb	$0x40, %fs:STS(%ebp)
1:	testb	$0x40, %fs:STS(%ebp)
	jz	1b
2:	lodsb
	movb	%al, %fs:FIFO(%ebp)
	loop	2b
	movb	$0x20, %fs:STS(%ebp)
3:	testb	$0x10, %fs:STS(%ebp)
	jz	3b
	movw	$ANSWER, %di
4:	movb	%fs:FIFO(%ebp), %al
	stosb
	testb	$0x10, %fs:STS(%ebp)
	jnz	4b
	movb	$0x40, %fs:STS(%ebp)
	ret

/* al in two digits. */
hex:	pushw	%ax
	shrb	$4, %al
	call	1f
	popw	%ax
	andb	$15, %al
1:	cmpb	$10, %al
	sbbb	$0x69, %al
	das
put:	pushw	%ax
	movw	$0x3fd, %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	popw	%ax
	movw	$0x3f8, %dx
	outb	%al, %dx
	ret

say:	lodsb
	testb	%al, %al
	jz	1f
	call	put
	jmp	say
1:	ret

none:	.asciz	"NO TPM\r\n"
fails:	.asciz	"TPM FAILS\r\n"
prefix:	.asciz	"TPM "
newline:
	.asciz	"\r\n"

	.set	AUTH_LEN, 9
	.macro	auth	/* the owner, without a password */
	.byte	0, 0, 0, AUTH_LEN, 0x40, 0, 0, 9, 0, 0, 0, 0, 0
	.endm
	.macro	owner_counter
	.byte	0x40, 0, 0, 1, 1, 0, 0, 1
	.endm

startup:
	.byte	12
	.byte	0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0
define:	.byte	45
	.byte	0x80, 2, 0, 0, 0, 45, 0, 0, 1, 0x2a, 0x40, 0, 0, 1
	auth
	.byte	0, 0, 0, 14, 1, 0, 0, 1, 0, 11, 0, 2, 0, 0x12, 0, 0, 0, 8
increment:
	.byte	31
	.byte	0x80, 2, 0, 0, 0, 31, 0, 0, 1, 0x34
	owner_counter
	auth
read:	.byte	35
	.byte	0x80, 2, 0, 0, 0, 35, 0, 0, 1, 0x4e
	owner_counter
	auth
	.byte	0, 8, 0, 0

gdtr:	.word	15
	.long	gdt
	.balign	8
gdt:	.quad	0
	.quad	0x00cf92000000ffff

	.org	510
	.word	0xaa55
