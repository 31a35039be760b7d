(() => {
  const find = document.getElementById("find"), word = document.getElementById("word");
  const told = document.getElementById("told"), cells = [...document.querySelectorAll("[data-word]")];
  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const cell of cells) {
      cell.hidden = (word.value && cell.dataset.word !== word.value) || !cell.dataset.text.toLowerCase().includes(wanted);
      shown += !cell.hidden;
    }
    for (const row of document.querySelectorAll(".row")) row.hidden = !row.querySelector("[data-word]:not([hidden])");
    told.textContent = `${shown} of ${cells.length} cells`;
  };
  if (find) { document.querySelector(".filter").hidden = false; find.addEventListener("input", filter); word.addEventListener("change", filter); filter(); }
  const open = () => {
    const there = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let up = there; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    if (there) there.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  for (const button of document.querySelectorAll(".copy")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.of).textContent);
      button.textContent = "Copied";
    });
  }
})();
