// What the pages do by themselves. Everything works without it.
(() => {
  "use strict";
  const root = document.documentElement;

  // The browser knows where its reader is; the server writes the times. It is told again in each session and wherever
  // the reader has gone, unless they chose another zone than the browser said.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = root.dataset.zone;
  const isChosen = known && known !== localStorage.getItem("zone");
  if (zone && !isChosen && zone !== sessionStorage.getItem("zone")) {
    sessionStorage.setItem("zone", zone);
    localStorage.setItem("zone", zone);
    document.cookie = `zone=${encodeURIComponent(zone)};path=/;max-age=31536000;samesite=lax`;
    if (zone !== known && document.querySelector("time")) location.reload();
  }

  // Time that passes, counted from the server's: this machine's clock may be wrong.
  const begun = performance.now();
  const serverNow = Date.parse(root.dataset.now);
  const now = () => serverNow + (performance.now() - begun);
  const pad = (number) => String(number).padStart(2, "0");
  const count = () => {
    for (const time of document.querySelectorAll("time[data-left]")) {
      const left = Date.parse(time.dataset.left) - now();
      if (left <= 0 || left > 3_600_000) continue;
      time.textContent = `${pad(Math.floor(left / 60_000))}:${pad(Math.floor(left / 1000) % 60)}`;
    }
  };
  if ("timePasses" in root.dataset) {
    setInterval(count, 1000);
    // Longer times are told in words, which are the server's: it is asked again each minute.
    setInterval(() => refresh(), 60_000);
  }

  // Whether something happened, or only time passed.
  let isNews = false;
  const live = () => document.getElementById("live");
  const isTyped = () => document.querySelector("form[data-typed]") !== null;
  // The answer to a form that is on its way shows everything.
  const isSent = () => document.querySelector("form[data-sent]") !== null;
  const tell = () => { document.getElementById("changed").hidden = false; };
  const refresh = () => {
    if (live() && !document.hidden && !isTyped()) htmx.trigger(live(), "changed");
  };
  document.addEventListener("input", (event) => {
    // A tick may stand outside the form that it is sent with.
    const { form } = event.target;
    if (form?.method === "post" && !form.classList.contains("clock-bar")) form.dataset.typed = "";
  });

  // What somebody is typing is not taken away from them: they are told instead.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "live" || !(isTyped() || isSent())) return;
    event.preventDefault();
    if (!isSent()) tell();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "live") return;
    document.getElementById("changed").hidden = true;
    // What was done here is not the latest any more.
    document.querySelector("main > .notice.good")?.remove();
    if (!isNews) return;
    isNews = false;
    const announce = document.getElementById("announce");
    announce.textContent = "";
    // The same words are read again only where they were gone in between.
    setTimeout(() => { announce.textContent = announce.dataset.text; }, 100);
  });

  // What has come in since the newest were looked at is told wherever somebody is in the queue, and in the tab's title.
  const fresh = document.getElementById("fresh");
  const { title } = document;
  const cameIn = (count) => {
    const isShown = document.querySelector("[data-shows-new]") !== null;
    const all = isShown || !fresh ? 0 : Number(sessionStorage.getItem("fresh") ?? 0) + count;
    sessionStorage.setItem("fresh", all);
    document.title = all ? `(${all}) ${title}` : title;
    if (!fresh) return;
    fresh.hidden = !all;
    const link = fresh.querySelector("a");
    link.textContent = link.dataset.text.replace("#", all);
  };
  if (fresh) cameIn(0);
  // What was loaded brings the title that it has by itself.
  document.addEventListener("htmx:afterSettle", () => cameIn(0));

  // The server says when something has changed, to a page that somebody looks at: a browser keeps few
  // connections to one server, and pages that wait behind others would hold them all.
  const { source } = document.getElementById("main").dataset;
  const address = source && new URL(source, location.href);
  const lost = document.getElementById("lost");
  let losing = 0;
  let stream = null;
  const listen = () => {
    stream = new EventSource(address);
    stream.addEventListener("opened", ({ data, lastEventId }) => {
      address.searchParams.set("after", lastEventId);
      cameIn(Number(data));
    });
    stream.addEventListener("changed", ({ data, lastEventId }) => {
      isNews = true;
      cameIn(Number(data));
      address.searchParams.set("after", lastEventId);
      if (live()) htmx.trigger(live(), "changed");
      else if (!isSent()) tell();
    });
    stream.addEventListener("open", () => {
      clearTimeout(losing);
      losing = 0;
      lost.hidden = true;
    });
    stream.addEventListener("error", ({ target }) => {
      losing ||= setTimeout(() => { lost.hidden = document.hidden; }, 10_000);
      // It comes back by itself unless it was refused; whether that is for good, the page finds out.
      if (target.readyState !== EventSource.CLOSED) return;
      refresh();
      setTimeout(comeBack, 5_000, target);
    });
  };
  const comeBack = (ended) => {
    if (ended === stream && !document.hidden) listen();
  };
  if (source) {
    if (!document.hidden) listen();
    document.addEventListener("visibilitychange", () => {
      stream?.close();
      refresh();
      comeBack(stream);
    });
  }

  // What has to be mended is where whoever typed it goes on.
  const mistake = document.getElementById("mistake");
  const fields = mistake ? document.getElementsByName(mistake.dataset.field) : [];
  const wrong = [...fields].find((field) => field.checkVisibility?.() ?? true);
  if (wrong) {
    wrong.setAttribute("aria-invalid", "true");
    wrong.setAttribute("aria-describedby", "mistake");
    wrong.focus();
  }

  // All refunds of a page are chosen at once, or none where all were.
  const chooseAll = document.getElementById("choose-all");
  if (chooseAll) chooseAll.hidden = false;
  chooseAll?.addEventListener("click", () => {
    const ticks = [...chooseAll.form.elements].filter((field) => field.name === "refund");
    const areChosen = ticks.every((tick) => tick.checked);
    for (const tick of ticks) tick.checked = !areChosen;
    chooseAll.form.dataset.typed = "";
  });

  // Whoever is about to decide decides what they have read: a page that is open for a decision is not moved on to
  // one in which the same form would say or send something else.
  const deciding = () => [...document.querySelectorAll("#live :is(details[open], .confirm) form")]
    .filter((form) => form.elements.version || form.querySelector(".decides, .danger"));
  // What makes a form act once is another each time that it is shown.
  const isAbout = ([name]) => name !== "once";
  const says = (form) => form && [form.textContent, ...[...new FormData(form)].filter(isAbout)].join("\n");
  const isOfAnother = (html) => {
    const come = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("#live form")];
    const again = (form) => come.find((other) => other.getAttribute("action") === form.getAttribute("action"));
    return deciding().some((form) => says(again(form)) !== says(form));
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { isError, serverResponse } = event.detail;
    if (event.target.id !== "live" || isError) return;
    // Somebody may have begun to type while it was on its way.
    if (!isTyped() && !isOfAnother(serverResponse)) return;
    event.detail.shouldSwap = false;
    tell();
  });
  // Once nothing is open for a decision any more, the page catches up.
  document.addEventListener("toggle", ({ target }) => {
    if (!target.open && !document.getElementById("changed").hidden) refresh();
  }, true);

  // What was unfolded stays unfolded when the page moves on, and who was somewhere stays there.
  // What is said of one thing among several alike goes by the form that it is about.
  const about = (element) => (element.form ?? element.closest("details")?.querySelector("form"))?.getAttribute("action");
  const named = (element) =>
    [element.tagName, element.name, element.value, element.href, element.textContent, about(element)].join();
  let unfolded = [];
  let focused = null;
  let height = 0;
  document.addEventListener("htmx:beforeSwap", () => {
    height = scrollY;
    unfolded = [...document.querySelectorAll("#live details[open] > summary")].map(named);
    focused = live()?.contains(document.activeElement) ? named(document.activeElement) : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const summary of document.querySelectorAll("#live details > summary")) {
      if (unfolded.includes(named(summary))) summary.parentElement.open = true;
    }
    const places = focused ? document.querySelectorAll("#live :is(a, button, summary, input, select, textarea)") : [];
    [...places].find((place) => named(place) === focused)?.focus({ preventScroll: true });
    scrollTo({ top: height, behavior: "instant" });
  });

  // Keys move and look; none of them decides, and none does anything while somebody types.
  const keys = document.getElementById("keys");
  const switched = document.getElementById("keys-on");
  const areOn = () => localStorage.getItem("keys") !== "off";
  const step = (by) => {
    const beside = document.querySelector(by > 0 ? ".crumb [rel=next]" : ".crumb [rel=prev]");
    const all = [...document.querySelectorAll(".lines .goods a")];
    const at = all.findIndex((link) => link.closest("tr").contains(document.activeElement));
    if (all.length) all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by]?.focus();
    else beside?.click();
  };
  const does = {
    j: () => step(1),
    k: () => step(-1),
    a: () => document.querySelector(".actions :is(summary, a.button)")?.focus(),
    u: () => document.querySelector(".crumb a")?.click(),
    x: () => document.activeElement.closest(".lines tr")?.querySelector("input")?.click(),
    "/": () => {
      const sought = document.getElementById("sought");
      if (sought) sought.select();
      else document.querySelector(".crumb a")?.click();
    },
    "?": () => keys.showModal(),
  };
  if (keys) {
    switched.checked = areOn();
    switched.addEventListener("change", () => localStorage.setItem("keys", switched.checked ? "on" : "off"));
    document.addEventListener("keydown", (event) => {
      const { key, target, isComposing, ctrlKey, altKey, metaKey } = event;
      const isTyping = isComposing || target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");
      if (isTyping || ctrlKey || altKey || metaKey || keys.open || !Object.hasOwn(does, key)) return;
      if (key !== "?" && !areOn()) return;
      event.preventDefault();
      does[key]();
    });
  }

  // A form that was sent is not sent twice by a second click.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.submitter?.formMethod === "dialog") return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    event.submitter?.setAttribute("aria-busy", "true");
    // Files take as long as they take, and say themselves when they are there.
    if (!("files" in form.dataset)) setTimeout(mayBeSent, 5_000, form);
  });
  // Of files on their way it is told how far they are. Without this they are sent as any form is.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !("files" in form.dataset)) return;
    event.preventDefault();
    const [bar, said] = [form.querySelector("progress"), form.querySelector("[role=alert]")];
    const stop = (why) => {
      [bar.hidden, said.hidden, said.textContent] = [true, false, why];
      mayBeSent(form);
    };
    if ([...form.elements.files.files].some(({ size }) => size > Number(form.dataset.files))) {
      stop(said.dataset.tooLarge);
      return;
    }
    [bar.hidden, said.hidden] = [false, true];
    const sending = new XMLHttpRequest();
    sending.open("POST", form.action);
    sending.setRequestHeader("HX-Request", "true");
    sending.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = 100 * loaded / total; });
    sending.addEventListener("error", () => stop(said.dataset.brokeOff));
    sending.addEventListener("load", () => {
      const next = sending.getResponseHeader("HX-Redirect");
      if (next) location.assign(next);
      // What was answered is a page, which only the form itself can show; a file that is there already stays one.
      else if (sending.status < 500) form.submit();
      else stop(said.dataset.brokeOff);
    });
    sending.send(new FormData(form));
  });
  const mayBeSent = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", ({ persisted }) => {
    document.querySelectorAll("form[data-sent]").forEach(mayBeSent);
    // A page that the browser kept comes back as a new look: what was ticked at the last one is not ticked now.
    const bulk = document.getElementById("bulk");
    if (!persisted || !bulk) return;
    bulk.reset();
    delete bulk.dataset.typed;
    refresh();
  });
})();
