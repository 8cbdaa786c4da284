// Runs before the first paint, so that a remembered theme does not flash. Plain script: the page's policy allows no inline ones.
try {
  const theme = localStorage.getItem('tidegate.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {}
