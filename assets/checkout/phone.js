// Looks for new messages every second and puts them in place. Without it the page reloads itself.
"use strict";
async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("messages");
      const old = document.getElementById("messages");
      if (fresh && old && fresh.innerHTML !== old.innerHTML) old.replaceWith(document.adoptNode(fresh));
    }
  } catch {
    // The sandbox may be away for a moment; the next look finds out.
  }
  setTimeout(look, 1000);
}
setTimeout(look, 1000);
