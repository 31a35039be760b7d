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
  const table = JSON.parse(source.textContent), rows = table.rows;
  const COLUMNS = ["word", "stack", "upgrade", "backend", "python"];
  const by = (id) => document.getElementById(id);
  const view = by("window"), body = document.querySelector("#cells tbody"), told = by("told");
  by("cells").setAttribute("aria-rowcount", rows.length + 1);
  const collator = new Intl.Collator("en", { numeric: true });
  const ranks = COLUMNS.map((name) => {
    const order = table[name].map((_, at) => at).sort((a, b) => collator.compare(table[name][a], table[name][b]));
    const rank = new Array(order.length);
    order.forEach((at, place) => { rank[at] = place; });
    return rank;
  });
  const texts = COLUMNS.map((name) => table[name].map((word) => word.toLowerCase()));
  let shown = rows.map((_, at) => at), height = 0, first = -1, last = -1;
  const order = { column: "", down: false };

  const text = (row) => {
    const parts = [[row[5], "good"], [row[6], "bad"], [row[7], "not told"]].filter(([count]) => count);
    return parts.map(([count, name]) => `${count} ${name}`).join(", ") || "no probes";
  };
  const line = (at, place) => {
    const row = rows[at], made = document.createElement("tr");
    made.setAttribute("aria-rowindex", place + 2);
    const word = document.createElement("span");
    word.className = `word ${table.tone[row[0]]}`;
    word.textContent = table.word[row[0]];
    made.insertCell().append(word);
    made.insertCell().textContent = table.stack[row[1]];
    const where = made.insertCell(), page = table.page[row[8]];
    if (page) {
      const link = document.createElement("a");
      link.href = page;
      link.textContent = table.upgrade[row[2]];
      where.append(link);
    } else where.textContent = table.upgrade[row[2]];
    made.insertCell().textContent = table.backend[row[3]];
    made.insertCell().textContent = table.python[row[4]];
    made.insertCell().textContent = text(row);
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
    const column = COLUMNS.indexOf(order.column), sign = order.down ? -1 : 1;
    if (column >= 0) shown.sort((a, b) => sign * (ranks[column][rows[a][column]] - ranks[column][rows[b][column]]) || a - b);
    else if (order.column) shown.sort((a, b) => sign * (rows[a][6] - rows[b][6] || rows[a][5] - rows[b][5]) || a - b);
  };
  const filter = () => {
    const wanted = by("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = wanted.map((part) => texts.map((column) => column.map((word) => word.includes(part))));
    const only = ["word", "stack", "backend"].map((name) => [COLUMNS.indexOf(name), table[name].indexOf(by(name).value), by(name).value]).filter(([, , value]) => value);
    shown = [];
    rows.forEach((row, at) => {
      if (only.every(([column, number]) => row[column] === number) && hits.every((hit) => hit.some((column, place) => column[row[place]]))) shown.push(at);
    });
    sort();
    view.scrollTop = 0;
    draw(true);
    told.textContent = `${shown.length} of ${rows.length} cells`;
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
    for (const value of [...table[name]].filter(Boolean).sort(collator.compare)) by(name).add(new Option(value, value));
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
