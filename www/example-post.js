// Shows in the example of a post (example-post.html) what its demonstrations tell the page around them.
// What the demonstrations tell the page around them.
for (const name of ["impasto-progress", "impasto-done"]) {
  addEventListener(name, ({ target, detail }) => {
    const place = document.querySelector(`[data-progress-of="${target.id}"]`);
    if (!place) return;
    place.textContent = name === "impasto-done" ? `Done after ${detail.step} steps.` : `Step ${detail.step} of ${detail.steps}.`;
  });
}
