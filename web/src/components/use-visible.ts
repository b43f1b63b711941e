import { type RefObject, useEffect, useState } from "react";

/** Whether an element is within the viewport and the browser tab is in front. */
export function useVisible(element: RefObject<HTMLElement | null>): boolean {
  const [inViewport, setInViewport] = useState(false);
  const [tabVisible, setTabVisible] = useState(!document.hidden);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new IntersectionObserver((entries) => {
      setInViewport(entries.some((entry) => entry.isIntersecting));
    });
    observer.observe(target);
    const onVisibilityChange = () => setTabVisible(!document.hidden);
    document.addEventListener("visibilitychange", onVisibilityChange);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", onVisibilityChange);
    };
  }, [element]);
  return inViewport && tabVisible;
}
