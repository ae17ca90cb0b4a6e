// Tests on a page what the site's Content-Security-Policy forbids.

/** Whether the page blocks `eval`, and an injected script from another origin. */
export async function forbids(page) {
  const marks = await page.evaluate(async () => {
    const marks = [];
    globalThis.mark = (what) => marks.push(what);
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => marks.push(effectiveDirective));
    const inline = document.createElement('script');
    // In a task of its own: code that a debugger evaluates may use `eval` whatever the policy says.
    inline.textContent = "setTimeout(() => { try { eval('mark(1)'); } catch { mark('no eval'); } });";
    document.head.append(inline);
    await new Promise((resolve) => {
      const foreign = document.createElement('script');
      foreign.onload = foreign.onerror = resolve;
      foreign.src = 'data:text/javascript,mark(2)';
      document.head.append(foreign);
    });
    const over = () => marks.some((mark) => mark === 1 || mark === 'no eval') && marks.some((mark) => mark === 2 || mark === 'script-src-elem');
    while (!over()) await new Promise((resolve) => { setTimeout(resolve); });
    return marks;
  });
  return marks.includes('no eval') && !marks.includes(1) && !marks.includes(2);
}
