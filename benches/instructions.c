/* Plugin of QEMU that counts the instructions of an emulated program, of all its threads: at its end
 * it writes their number to the file that its argument `into` names.
 *
 * The functions of QEMU that it calls are declared here, as QEMU describes them in its manual ("QEMU TCG
 * Plugins", interface version 1): Debian has no package with the header. Threads count without
 * waiting for each other, so that a few of many millions may be missed.
 *
 * cc -O2 -Wall -Wextra -shared -fPIC -o instructions.so instructions.c */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct block;
typedef void (*block_made)(uint64_t id, struct block *block);
typedef void (*ended)(uint64_t id, void *data);
enum { ADD = 0 };

extern void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, block_made call);
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct block *block, int operation, void *to, uint64_t value);
extern size_t qemu_plugin_tb_n_insns(const struct block *block);
extern void qemu_plugin_register_atexit_cb(uint64_t id, ended call, void *data);

int qemu_plugin_version = 1;

static uint64_t instructions;
static char file[4096];

static void count(uint64_t id, struct block *block)
{
	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &instructions, qemu_plugin_tb_n_insns(block));
}

static void write_down(uint64_t id, void *data)
{
	(void)id, (void)data;
	FILE *to = fopen(file, "w");
	if (!to) return;
	fprintf(to, "%llu\n", (unsigned long long)instructions);
	fclose(to);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], "into=", 5) == 0) snprintf(file, sizeof file, "%s", argv[i] + 5);
	if (!*file) return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, count);
	qemu_plugin_register_atexit_cb(id, write_down, NULL);
	return 0;
}
