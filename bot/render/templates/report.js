(() => {
  for (const button of document.querySelectorAll(".copy")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.of).textContent);
      button.textContent = "Copied";
    });
  }
  const source = document.getElementById("table");
  if (!source) return;
  const AT_MOST = 80, BEYOND = 12;
  const table = JSON.parse(source.textContent), { words, tones } = table;
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", letter = new Uint8Array(128);
  for (let at = 0; at < LETTERS.length; at++) letter[LETTERS.charCodeAt(at)] = at;
  const unpacked = (column) => typeof column === "string" ? Uint8Array.from(column, (one) => letter[one.charCodeAt(0)]) : column;
  const numbers = Object.fromEntries(Object.entries(table.numbers).map(([name, column]) => [name, unpacked(column)]));
  const COLUMNS = ["word", "stack", "upgrade", "backend", "python"];
  const every = Array.from({ length: numbers.word.length }, (_, at) => at);
  const by = (id) => document.getElementById(id);
  const view = by("window"), body = document.querySelector("#cells tbody"), told = by("told");
  by("cells").setAttribute("aria-rowcount", every.length + 1);
  const collator = new Intl.Collator("en", { numeric: true });
  const compare = { words: collator.compare, counts: ([good, bad], [more, worse]) => bad - worse || good - more };
  const ranked = (name) => {
    const order = words[name].map((_, at) => at).sort((a, b) => compare[name === "probes" ? "counts" : "words"](words[name][a], words[name][b]));
    const rank = new Array(order.length);
    order.forEach((at, place) => { rank[at] = place; });
    return rank;
  };
  const ranks = {};
  const texts = COLUMNS.map((name) => words[name].map((word) => word.toLowerCase()));
  let shown = every, height = 0, first = -1, last = -1;
  const order = { column: "", down: false };

  const say = (at) => {
    const [good, bad, grey] = words.probes[numbers.probes[at]];
    const parts = [[good, "good"], [bad, "bad"], [grey, "not told"]].filter(([count]) => count);
    return parts.map(([count, name]) => `${count} ${name}`).join(", ") || "no probes";
  };
  const line = (at, place) => {
    const made = document.createElement("tr"), of = (name) => words[name][numbers[name][at]];
    made.setAttribute("aria-rowindex", place + 2);
    const word = document.createElement("span");
    word.className = `word ${tones[numbers.word[at]]}`;
    word.textContent = of("word");
    made.insertCell().append(word);
    made.insertCell().textContent = of("stack");
    const where = made.insertCell(), page = of("page");
    if (page) {
      const link = document.createElement("a");
      link.href = page;
      link.textContent = of("upgrade");
      where.append(link);
    } else where.textContent = of("upgrade");
    for (const told of [of("backend"), of("python"), say(at)]) made.insertCell().textContent = told;
    return made;
  };
  const space = (count) => {
    const made = document.createElement("tr"), cell = made.insertCell();
    made.className = "space";
    made.setAttribute("aria-hidden", "true");
    cell.colSpan = COLUMNS.length + 1;
    cell.style.height = `${count * height}px`;
    return made;
  };
  const draw = (anew) => {
    const top = height ? Math.floor(view.scrollTop / height) : 0;
    const from = Math.max(0, top - BEYOND), to = Math.min(shown.length, from + AT_MOST);
    if (!anew && from === first && to === last) return;
    const focused = body.contains(document.activeElement) && document.activeElement.closest("tr").getAttribute("aria-rowindex");
    [first, last] = [from, to];
    const made = shown.slice(from, to).map((at, place) => line(at, from + place));
    body.replaceChildren(...(from ? [space(from)] : []), ...made, ...(to < shown.length ? [space(shown.length - to)] : []));
    if (!height && made.length) { height = made[0].getBoundingClientRect().height; if (to < shown.length) draw(true); }
    const again = focused && body.querySelector(`[aria-rowindex="${focused}"] a`);
    if (again) again.focus({ preventScroll: true });
  };
  const sort = () => {
    const name = order.column, sign = order.down ? -1 : 1;
    if (!name) return;
    const rank = (ranks[name] ??= ranked(name)), column = numbers[name];
    shown.sort((a, b) => sign * (rank[column[a]] - rank[column[b]]) || a - b);
  };
  const filter = () => {
    const wanted = by("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = wanted.map((part) => texts.map((column) => column.map((word) => word.includes(part))));
    const only = ["word", "stack", "backend"].filter((name) => by(name).value).map((name) => [numbers[name], words[name].indexOf(by(name).value)]);
    const columns = COLUMNS.map((name) => numbers[name]);
    shown = every.filter((at) => only.every(([column, number]) => column[at] === number)
      && hits.every((hit) => hit.some((column, place) => column[columns[place][at]])));
    sort();
    view.scrollTop = 0;
    draw(true);
    told.textContent = `${shown.length} of ${every.length} cells`;
    const kept = new URLSearchParams();
    for (const name of ["find", "word", "stack", "backend"]) if (by(name).value) kept.set(name, by(name).value);
    if (order.column) kept.set("sort", (order.down ? "-" : "") + order.column);
    const hash = kept.toString();
    if (hash || location.hash.includes("=")) history.replaceState(null, "", `#${hash || "matrix"}`);
  };
  for (const head of document.querySelectorAll("[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      order.down = order.column === head.dataset.sort && !order.down;
      order.column = head.dataset.sort;
      for (const each of document.querySelectorAll("[data-sort]")) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      filter();
    });
  }
  for (const name of ["word", "stack", "backend"])
    for (const value of [...words[name]].filter(Boolean).sort(collator.compare)) by(name).add(new Option(value, value));
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const name of ["find", "word", "stack", "backend"]) if (asked.get(name)) by(name).value = asked.get(name);
  const sorted = asked.get("sort") || "";
  order.down = sorted.startsWith("-");
  order.column = sorted.replace("-", "");
  document.querySelector(".filter").hidden = false;
  by("find").addEventListener("input", filter);
  for (const name of ["word", "stack", "backend"]) by(name).addEventListener("change", filter);
  view.addEventListener("scroll", () => draw(false), { passive: true });
  addEventListener("resize", () => { height = 0; draw(true); });
  filter();
})();
