// Filters the rows of a table while one types. Without it the form asks the server.
"use strict";
for (const form of document.querySelectorAll("form[data-filter]")) {
  const table = document.getElementById(form.dataset.filter);
  if (!table) continue;
  const rows = Array.from(table.tBodies[0].rows);
  const count = document.querySelector(`[data-count="${form.dataset.filter}"]`);
  const apply = () => {
    const data = new FormData(form);
    const text = (data.get("q") || "").trim().toLowerCase();
    const kind = data.get("kind") || "";
    const unpinned = data.has("unpinned");
    let shown = 0;
    for (const row of rows) {
      const fits = (!text || row.textContent.toLowerCase().includes(text)) &&
        (!kind || row.dataset.kind === kind) && (!unpinned || row.dataset.pinned !== "yes");
      row.hidden = !fits;
      if (fits) shown++;
    }
    if (count) count.textContent = shown;
  };
  form.addEventListener("input", apply);
}
