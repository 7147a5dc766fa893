
"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const [audio, step, count, words, position] =
    ["audio", "step", "count", "words", "position"].map(get);
  const routine = JSON.parse(get("data").textContent);
  const { steps, sentences, waits } = routine;

  // Browsers round a moment that was sought to microseconds.
  const now = () => audio.currentTime + 0.0005;
  const clock = (seconds) => {
    const whole = Math.floor(seconds + 0.0005);
    const pad = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
  };
  // All text comes from whoever wrote the routine: it is text, never markup.
  const put = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const lastBegun = (list, moment) => list.findLastIndex((one) => one.from <= moment);
  const stepAt = (moment) => Math.max(0, lastBegun(steps, moment));
  const waitAt = (moment) => waits.find((wait) => wait.from <= moment && moment < wait.until);
  const timeLeft = (seconds) => {
    const whole = Math.max(0, Math.ceil(seconds - 0.001));
    return whole < 60 ? String(whole) : clock(whole);
  };

  // What the runner wishes.
  const seek = (moment) => {
    audio.currentTime = Math.min(Math.max(moment, 0), routine.length);
    show();
  };
  const limit = () => {
    const wait = waitAt(now());
    if (wait) seek(wait.until);
    return Boolean(wait);
  };
  const next = () => {
    const following = steps[stepAt(now()) + 1];
    seek(following ? following.from : routine.length);
  };
  const again = () => seek(steps[stepAt(now())].from);
  const previous = () => {
    const index = stepAt(now());
    const hasJustBegun = now() < steps[index].from + 3;
    seek(steps[hasJustBegun ? Math.max(0, index - 1) : index].from);
  };
  const more = (seconds) => {
    const { timed } = steps[stepAt(now())];
    if (timed && timed.from <= now() && now() < timed.until) {
      seek(Math.min(Math.max(audio.currentTime - seconds, timed.from), timed.until));
    }
  };
  const mute = () => {
    audio.muted = !audio.muted;
    put(get("told"), audio.muted ? "Sound off" : "Sound on");
  };
  const where = () => {
    const left = clock(routine.length - audio.currentTime);
    put(get("told"), `${steps[stepAt(now())].name}; ${left} left in all`);
  };
  const cannotPlay = () => {
    get("problem").hidden = false;
    put(get("problem"), `This browser cannot play the sound in this page (${routine.sound}). ` +
      "On an iPhone or iPad, Opus needs iOS 18.4 or later; any current Firefox, Chrome or Edge plays it.");
  };
  const toggle = () => {
    if (!audio.paused) return audio.pause();
    return audio.play().catch((error) => error.name === "NotSupportedError" && cannotPlay());
  };

  // What is shown follows the sound's own clock, wherever that has come to.
  let shown = -1;
  function show() {
    const moment = now();
    const index = stepAt(moment);
    if (index !== shown) showStep(index);
    const { from, until, timed } = steps[index];
    const isTimed = timed !== null && timed.from <= moment;
    count.className = isTimed && moment < timed.until ? "" : "soon";
    const end = isTimed ? timed.until : until;
    const left = timeLeft(timed && !isTimed ? timed.until - timed.from : end - moment);
    count.style.setProperty("--letters", left.length);
    put(count, left);
    const sentence = sentences[lastBegun(sentences, moment)];
    const isOfStep = sentence !== undefined && sentence.from >= from;
    put(words, isOfStep ? sentence.words : "");
    words.className = isOfStep && moment < sentence.until ? "" : "said";
    position.value = audio.currentTime;
    const time = `${clock(audio.currentTime)} / ${clock(routine.length)}`;
    put(get("time"), time);
    if (position.getAttribute("aria-valuetext") !== time) position.setAttribute("aria-valuetext", time);
    const wait = waitAt(moment);
    get("limit").setAttribute("aria-disabled", String(!wait));
    put(get("limit"), wait && wait.leave === "ready" ? "Ready" : "At my limit");
  }
  function showStep(index) {
    const { name } = steps[index];
    put(step, name);
    put(get("after"), steps[index + 1] ? `Next: ${steps[index + 1].name}` : "");
    for (const [place, item] of [...get("steps").children].entries()) {
      if (place === index) item.firstChild.setAttribute("aria-current", "step");
      else item.firstChild.removeAttribute("aria-current");
    }
    if (!audio.paused && "mediaSession" in navigator) {
      const { title } = routine;
      navigator.mediaSession.metadata = new MediaMetadata({ title: name, artist: title, album: title });
    }
    shown = index;
  }
  const follow = () => {
    show();
    if (!audio.paused) requestAnimationFrame(follow);
  };

  // The screen stays on while it plays, where the browser lets it.
  let lock = null;
  const keepAwake = async () => {
    if (audio.paused || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    lock = await navigator.wakeLock.request("screen").catch(() => null);
    if (audio.paused) letSleep();
  };
  const letSleep = () => {
    if (lock) lock.release();
    lock = null;
  };

  function draw() {
    const title = routine.title || "A routine to listen to";
    document.title = title;
    put(get("title"), title);
    put(get("length"), clock(routine.length));
    position.max = routine.length;
    put(get("about"), routine.about);
    get("described").hidden = routine.about === "";
    get("medical").hidden = routine.kind !== "cramp";
    for (const { name, from, until } of steps) {
      const part = document.createElement("span");
      part.style.flexBasis = `${100 * (until - from) / routine.length}%`;
      part.className = waits.some((wait) => wait.from < until && from < wait.until - 0.5) ? "waits" : "";
      get("map").append(part);
      const button = document.createElement("button");
      button.type = "button";
      for (const text of [clock(from), name]) {
        const span = document.createElement("span");
        span.textContent = text;
        span.dir = "auto";
        button.append(span);
      }
      button.addEventListener("click", () => seek(from));
      const item = document.createElement("li");
      item.append(button);
      get("steps").append(item);
    }
    if (audio.canPlayType(routine.sound) === "") cannotPlay();
    show();
  }

  function listen() {
    for (const [id, act] of Object.entries({ limit, previous, play: toggle, next })) {
      get(id).addEventListener("click", act);
    }
    position.addEventListener("input", () => seek(Number(position.value)));
    audio.addEventListener("play", () => {
      put(get("play"), "Pause");
      showStep(stepAt(now()));
      follow();
      keepAwake();
    });
    audio.addEventListener("pause", () => {
      put(get("play"), "Play");
      show();
      letSleep();
    });
    for (const event of ["timeupdate", "seeked", "ended"]) audio.addEventListener(event, show);
    audio.addEventListener("error", cannotPlay);
    document.addEventListener("visibilitychange", keepAwake);
    document.addEventListener("keydown", press);
  }

  const KEYS = {
    n: next, ArrowRight: next, p: previous, ArrowLeft: previous, r: again,
    "+": () => more(15), "=": () => more(15), "-": () => more(-15), m: mute, "?": where,
    Enter: limit, " ": toggle,
  };
  function press(event) {
    const act = KEYS[event.key];
    // What has the focus has its own keys.
    const { tagName } = event.target;
    const isTaken = event.key.startsWith("Arrow")
      ? tagName === "INPUT"
      : ["Enter", " "].includes(event.key) && ["BUTTON", "SUMMARY"].includes(tagName);
    if (!act || isTaken || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  }

  function answerMediaKeys() {
    if (!("mediaSession" in navigator)) return;
    const acts = {
      play: () => audio.play(), pause: () => audio.pause(),
      previoustrack: previous, nexttrack: () => limit() || next(),
      seekto: ({ seekTime }) => seek(seekTime),
    };
    for (const [name, act] of Object.entries(acts)) {
      // A browser that does not know one of them throws.
      try { navigator.mediaSession.setActionHandler(name, act); } catch { continue; }
    }
  }

  draw();
  listen();
  answerMediaKeys();
})();
