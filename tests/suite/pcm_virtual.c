/* ALSA plugin "virtual": a sound card without a card, for tests.
 *
 *   pcm_type.virtual { lib "/.../libasound_module_pcm_virtual.so" }
 *   pcm.room { type virtual folder "/tmp/x" rate 48000 channels 2 speed 1.0 strict no }
 *
 * It plays 16 bit samples in real time, `speed` times as fast, into the file `heard` in the
 * folder: raw, little endian, appended frame by frame when their time has come. What was queued
 * but not yet due when the stream ends in any way was heard by nobody and is not in the file.
 *
 * The default clock is patient: a program that is late is waited for, nothing is lost and no
 * error arises, so that a test cannot fail because the machine is busy. The strict clock runs on
 * as a card's does: a late program gets an xrun, and `heard` has zeros where nothing was played.
 * Frame 0 is then the first start, whose time is kept in the file `epoch` for later streams.
 *
 * It also has a microphone of the same rate and channels, whose signal is the raw file `spoken` in the
 * folder, from the moment it is there, and before and after it zeros. A file that is put in its place
 * is heard in turn from its begin. A patient clock waits for a program that does not fetch what was
 * said; with the strict one that is an xrun.
 *
 * Files that appear in the folder do harm, which is noticed within 20 ms (strict: a period):
 *   gone    the stream is disconnected for good; none can be opened while the file is there
 *   storm   as when a sound server was killed: polling fails at once and for ever; ditto
 *   stuck   the clock stands still while the file is there
 *
 * Each line of the file `log`: CLOCK_MONOTONIC in ns, event, frames received, frames heard;
 * for the event "params": period and buffer size. Frames count from the beginning of `heard`. What
 * happens to the microphone is called "mic-open" and so on; its frames, fetched and said, count from
 * the begin of its stream.
 *
 * cc -O2 -Wall -Wextra -shared -fPIC -DPIC -o libasound_module_pcm_virtual.so pcm_virtual.c -lasound */
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TICK 20000000 /* ns between looks for harm while nothing else happens */
#define LOOK 2000000  /* ns between looks at most */

typedef struct {
	snd_pcm_ioplug_t io;
	int folder, heard, spoken, log, timer;
	unsigned rate, channels;
	double speed;
	int strict, mic;
	ino_t speech; /* the file that is heard */
	size_t frame; /* its bytes */
	char *ring;   /* frame n of the stream is at n modulo buffer size */
	snd_pcm_uframes_t avail_min;
	/* Of the stream since it was last prepared: frames received, frames played. Of a microphone:
	 * frames that the program has fetched, frames said. */
	int64_t received, played;
	int64_t base; /* frames in `heard` before it */
	int64_t since, from; /* the clock was at frame `from` at the time `since` */
	int64_t looked;
	int running, dry, gone, storm, stuck;
} card;

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void note_line(card *c, int64_t time, const char *event, int64_t a, int64_t b)
{
	const char *whose = c->mic ? "mic-" : "";
	dprintf(c->log, "%lld %s%s %lld %lld\n", (long long)time, whose, event, (long long)a, (long long)b);
}

static void note_at(card *c, int64_t time, const char *event)
{
	note_line(c, time, event, c->base + c->received, c->base + c->played);
}

static void note(card *c, const char *event) { note_at(c, now(), event); }

static double frames_per_ns(card *c) { return c->rate * c->speed / 1e9; }

static int64_t frames_in_file(card *c)
{
	struct stat file;
	return fstat(c->heard, &file) == 0 ? file.st_size / (int64_t)c->frame : 0;
}

static int there(card *c, const char *name) { return faccessat(c->folder, name, F_OK, 0) == 0; }

/* Writes the frames whose time has come. */
static void play(card *c, int64_t due)
{
	int64_t size = c->io.buffer_size;
	while (c->played < due) {
		int64_t at = c->played % size, n = due - c->played;
		if (n > size - at) n = size - at;
		if (write(c->heard, c->ring + at * c->frame, n * c->frame) != (ssize_t)(n * c->frame)) {
			perror("virtual sound card: heard");
			abort();
		}
		c->played += n;
	}
}

/* Takes the file that is to be heard, if it is another one than before. */
static void look_for_speech(card *c)
{
	struct stat file;
	if (fstatat(c->folder, "spoken", &file, 0) != 0 || file.st_ino == c->speech) return;
	int spoken = openat(c->folder, "spoken", O_RDONLY | O_CLOEXEC);
	if (spoken < 0) return;
	if (c->spoken >= 0) close(c->spoken);
	c->spoken = spoken;
	c->speech = file.st_ino;
	note(c, "spoken");
}

/* Hears the frames whose time has come. */
static void listen(card *c, int64_t due)
{
	int64_t size = c->io.buffer_size;
	while (c->played < due) {
		int64_t at = c->played % size, n = due - c->played;
		if (n > size - at) n = size - at;
		size_t bytes = n * c->frame, got = 0;
		for (ssize_t part = 1; part > 0 && got < bytes && c->spoken >= 0; got += part > 0 ? part : 0)
			part = read(c->spoken, c->ring + at * c->frame + got, bytes - got);
		memset(c->ring + at * c->frame + got, 0, bytes - got);
		c->played += n;
	}
}

static void look_for_harm(card *c, int64_t t)
{
	if (t - c->looked < LOOK) return;
	c->looked = t;
	if (c->mic) look_for_speech(c);
	int stuck = there(c, "stuck");
	if (stuck != c->stuck) note(c, stuck ? "stuck" : "unstuck");
	c->stuck = stuck;
	if (c->gone || c->storm) return;
	c->gone = there(c, "gone");
	c->storm = there(c, "storm");
	if (c->gone) snd_pcm_ioplug_set_state(&c->io, SND_PCM_STATE_DISCONNECTED); /* all calls: -ENODEV */
	if (c->gone || c->storm) {
		note(c, c->gone ? "gone" : "storm");
		c->running = 0;
	}
}

/* Lets the clock run up to now. */
static int advance(card *c)
{
	int64_t t = now();
	int was_stuck = c->stuck;
	look_for_harm(c, t);
	if (!c->running) return 0;
	if (was_stuck || c->stuck) {
		c->since = t;
		c->from = c->played;
		return 0;
	}
	void (*pass)(card *, int64_t) = c->mic ? listen : play;
	if (c->mic) c->received = c->io.appl_ptr;
	int64_t most = c->received + (c->mic ? (int64_t)c->io.buffer_size : 0);
	int64_t due = c->from + (int64_t)((t - c->since) * frames_per_ns(c));
	if (due <= most) {
		pass(c, due);
		return 0;
	}
	pass(c, most);
	c->since = t;
	c->from = c->played;
	if (c->io.state == SND_PCM_STATE_DRAINING) return 0;
	if (!c->dry) note(c, c->mic ? "overrun" : "underrun");
	c->dry = 1;
	if (!c->strict) return 0;
	c->running = 0;
	return -EPIPE;
}

/* Makes the descriptor readable when there is room for avail_min frames, or as many to be fetched
 * (draining: when all are played), or when it is time to look for harm. It is never read: setting it anew clears it. */
static void arm(card *c)
{
	int64_t room_at = c->received + (int64_t)c->avail_min;
	if (!c->mic) room_at -= (int64_t)c->io.buffer_size;
	if (c->io.state == SND_PCM_STATE_DRAINING) room_at = c->received;
	int64_t at = c->strict && !c->stuck ? INT64_MAX : now() + TICK;
	if (c->gone || c->storm || room_at <= c->played) {
		at = 1;
	} else if (c->running && !c->stuck) {
		int64_t due = c->since + (int64_t)ceil((room_at - c->from) / frames_per_ns(c)) + 1;
		if (due < at) at = due;
	}
	struct itimerspec when = { .it_value = { at / 1000000000, at % 1000000000 } };
	timerfd_settime(c->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Strict: the zeros before a stream that starts now. */
static void fill_gap(card *c)
{
	int64_t epoch = c->since;
	FILE *file = fdopen(openat(c->folder, "epoch", O_RDWR | O_CREAT | O_CLOEXEC, 0644), "r+");
	if (!file) return;
	long long read;
	if (fscanf(file, "%lld", &read) == 1) epoch = read;
	else fprintf(file, "%lld\n", (long long)epoch);
	fclose(file);
	int64_t position = llround((c->since - epoch) * frames_per_ns(c));
	if (position > c->base && ftruncate(c->heard, position * c->frame) == 0) c->base = position;
}

static int virtual_start(snd_pcm_ioplug_t *io)
{
	card *c = io->private_data;
	if (c->gone || c->storm) return c->gone ? -ENODEV : -EIO;
	c->since = now();
	c->from = 0;
	if (c->strict && !c->mic) fill_gap(c);
	c->running = 1;
	note_at(c, c->since, "start");
	arm(c);
	return 0;
}

static int virtual_stop(snd_pcm_ioplug_t *io)
{
	card *c = io->private_data;
	advance(c);
	note(c, "stop");
	c->running = 0;
	return 0;
}

static int virtual_prepare(snd_pcm_ioplug_t *io)
{
	card *c = io->private_data;
	if (c->gone || c->storm) return c->gone ? -ENODEV : -EIO;
	c->base = c->mic ? 0 : frames_in_file(c);
	c->received = c->played = 0;
	c->running = c->dry = 0;
	char *ring = realloc(c->ring, io->buffer_size * c->frame);
	if (!ring) return -ENOMEM;
	c->ring = ring;
	arm(c);
	return 0;
}

/* Called within ALSA's lock, as are start, stop and transfer. The flag BOUNDARY_WA lets the
 * position grow up to the boundary, which is days away. */
static snd_pcm_sframes_t virtual_pointer(snd_pcm_ioplug_t *io)
{
	card *c = io->private_data;
	int error = advance(c);
	return error ? error : c->played;
}

/* What was said since the program last fetched something. It may be shown some of it again and
 * again before it takes it. */
static snd_pcm_sframes_t fetch(card *c, char *to, snd_pcm_uframes_t frames)
{
	int64_t size = c->io.buffer_size, from = c->io.appl_ptr;
	int64_t said = c->played - from, n = said < (int64_t)frames ? said : (int64_t)frames;
	for (int64_t done = 0; done < n; done++)
		memcpy(to + done * c->frame, c->ring + (from + done) % size * c->frame, c->frame);
	c->received = from;
	c->dry = 0;
	note(c, "transfer");
	arm(c);
	return n;
}

static snd_pcm_sframes_t virtual_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
	snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
	card *c = io->private_data;
	int error = advance(c);
	if (c->gone || c->storm) return c->gone ? -ENODEV : -EIO;
	if (error) return error;
	char *from = (char *)areas->addr + (areas->first + areas->step * offset) / 8;
	if (c->mic) return fetch(c, from, frames);
	for (snd_pcm_uframes_t done = 0; done < frames;) {
		snd_pcm_uframes_t at = c->received % io->buffer_size, n = frames - done;
		if (n > io->buffer_size - at) n = io->buffer_size - at;
		memcpy(c->ring + at * c->frame, from + done * c->frame, n * c->frame);
		c->received += n;
		done += n;
	}
	c->dry = 0;
	note(c, "transfer");
	arm(c);
	return frames;
}

static int virtual_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned count, unsigned short *revents)
{
	card *c = io->private_data;
	(void)fds, (void)count;
	*revents = 0;
	if (c->storm) return -EIO;
	snd_pcm_sframes_t avail = snd_pcm_avail_update(io->pcm); /* takes ALSA's lock */
	arm(c);
	if (c->storm) return -EIO;
	unsigned short ready = c->mic ? POLLIN : POLLOUT;
	if (c->gone) *revents = POLLERR | POLLHUP;
	else if (avail < 0) *revents = POLLERR | ready;
	else if (io->state == SND_PCM_STATE_DRAINING) *revents = c->played == c->received ? POLLOUT : 0;
	else if ((snd_pcm_uframes_t)avail >= c->avail_min) *revents = ready;
	return 0;
}

static int virtual_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
	(void)params;
	note_line(io->private_data, now(), "params", io->period_size, io->buffer_size);
	return 0;
}

static int virtual_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	card *c = io->private_data;
	return snd_pcm_sw_params_get_avail_min(params, &c->avail_min);
}

static void release(card *c)
{
	if (c->folder >= 0) close(c->folder);
	if (c->heard >= 0) close(c->heard);
	if (c->spoken >= 0) close(c->spoken);
	if (c->log >= 0) close(c->log);
	if (c->timer >= 0) close(c->timer);
	free(c->ring);
	free(c);
}

static int virtual_close(snd_pcm_ioplug_t *io)
{
	note(io->private_data, "close");
	release(io->private_data);
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = virtual_start,
	.stop = virtual_stop,
	.prepare = virtual_prepare,
	.pointer = virtual_pointer,
	.transfer = virtual_transfer,
	.poll_revents = virtual_poll_revents,
	.hw_params = virtual_hw_params,
	.sw_params = virtual_sw_params,
	.close = virtual_close,
};

static int constrain(card *c)
{
	static const unsigned access[] = { SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_RW_INTERLEAVED };
	static const unsigned format[] = { SND_PCM_FORMAT_S16_LE };
	snd_pcm_ioplug_t *io = &c->io;
	int error;
	if ((error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, access)) < 0) return error;
	if ((error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, format)) < 0) return error;
	/* No range for the periods: with one, a plug in front cannot fit 2048 frames of 48 kHz to 44.1. */
	const struct { int what; unsigned least, most; } ranges[] = {
		{ SND_PCM_IOPLUG_HW_CHANNELS, c->channels, c->channels },
		{ SND_PCM_IOPLUG_HW_RATE, c->rate, c->rate },
		{ SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64 * c->frame, 65536 * c->frame },
		{ SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128 * c->frame, 262144 * c->frame },
	};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		error = snd_pcm_ioplug_set_param_minmax(io, ranges[i].what, ranges[i].least, ranges[i].most);
		if (error < 0) return error;
	}
	return 0;
}

/* A number, in quotes or not. */
static double number(snd_config_t *node)
{
	char *text;
	if (snd_config_get_ascii(node, &text) < 0) return 0;
	double value = strtod(text, NULL);
	free(text);
	return value;
}

SND_PCM_PLUGIN_DEFINE_FUNC(virtual)
{
	(void)root;
	const char *folder = NULL;
	card *c = calloc(1, sizeof *c);
	if (!c) return -ENOMEM;
	c->folder = c->heard = c->spoken = c->log = c->timer = -1;
	c->mic = stream == SND_PCM_STREAM_CAPTURE;
	c->rate = 48000, c->channels = 2, c->speed = 1;

	snd_config_iterator_t i, next;
	snd_config_for_each(i, next, conf) {
		snd_config_t *node = snd_config_iterator_entry(i);
		const char *id;
		if (snd_config_get_id(node, &id) < 0) continue;
		if (!strcmp(id, "comment") || !strcmp(id, "type") || !strcmp(id, "hint")) continue;
		if (!strcmp(id, "folder")) snd_config_get_string(node, &folder);
		else if (!strcmp(id, "rate")) c->rate = number(node);
		else if (!strcmp(id, "channels")) c->channels = number(node);
		else if (!strcmp(id, "speed")) c->speed = number(node);
		else if (!strcmp(id, "strict")) c->strict = snd_config_get_bool(node) > 0;
		else SNDERR("Unknown field %s", id);
	}

	int error = -EINVAL;
	if (!folder || !c->rate || !c->channels || !(c->speed > 0)) goto failed;
	c->frame = 2 * c->channels;
	c->folder = open(folder, O_DIRECTORY | O_PATH | O_CLOEXEC);
	c->heard = openat(c->folder, "heard", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	c->log = openat(c->folder, "log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	error = -errno;
	if (c->heard < 0 || c->log < 0 || c->timer < 0) goto failed;
	c->base = c->mic ? 0 : frames_in_file(c);
	error = there(c, "gone") ? -ENODEV : there(c, "storm") ? -ECONNREFUSED : 0;
	note(c, error ? "refused" : "open");
	if (error) goto failed;

	c->io.version = SND_PCM_IOPLUG_VERSION;
	c->io.name = "virtual sound card";
	c->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
	c->io.callback = &callbacks;
	c->io.private_data = c;
	c->io.poll_fd = c->timer;
	c->io.poll_events = POLLIN;
	if ((error = snd_pcm_ioplug_create(&c->io, name, stream, mode)) < 0) goto failed;
	if ((error = constrain(c)) < 0) {
		snd_pcm_ioplug_delete(&c->io); /* closes, and so releases */
		return error;
	}
	*pcmp = c->io.pcm;
	return 0;
failed:
	release(c);
	return error;
}
SND_PCM_PLUGIN_SYMBOL(virtual);
