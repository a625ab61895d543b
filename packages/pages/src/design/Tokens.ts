/**
 * The design in numbers: colours in light and dark, sizes of type, spaces. A shop may set any of these on the button;
 * what it does not set is as here.
 */

/** Declarations of custom properties. Colours of texts have a contrast of 4.5 to 1 and more on their grounds. */
export const TOKENS = `color-scheme:light dark;
--fs-ground:light-dark(#f5f6f8,#0f1217);
--fs-surface:light-dark(#ffffff,#181c23);
--fs-sunken:light-dark(#eceef2,#222832);
--fs-line:light-dark(#d9dde4,#303744);
--fs-control:light-dark(#8a93a1,#667080);
--fs-ink:light-dark(#14181f,#eef1f5);
--fs-muted:light-dark(#545d6b,#a3adbb);
--fs-accent:light-dark(#1f4fd8,#8fb0ff);
--fs-accent-strong:light-dark(#173fb0,#b4caff);
--fs-on-accent:light-dark(#ffffff,#0c1222);
--fs-good:light-dark(#0a6b43,#5fd6a3);
--fs-good-soft:light-dark(#e3f4ec,#12302a);
--fs-warn:light-dark(#7a4a00,#f3c05f);
--fs-warn-soft:light-dark(#fdf1dc,#33280f);
--fs-bad:light-dark(#a8201a,#ff9a92);
--fs-bad-soft:light-dark(#fdeae8,#381b1c);
--fs-font:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
--fs-small:0.8125rem;
--fs-body:1rem;
--fs-large:1.25rem;
--fs-title:clamp(1.75rem,1.2rem + 2.4vw,2.75rem);
--fs-figure:clamp(2rem,1.5rem + 2vw,2.75rem);
--fs-space-1:0.25rem;
--fs-space-2:0.5rem;
--fs-space-3:0.75rem;
--fs-space-4:1rem;
--fs-space-5:1.5rem;
--fs-space-6:2.5rem;
--fs-radius:0.625rem;
--fs-radius-large:1rem`
