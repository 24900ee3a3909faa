// Maps and charts are heavy: their code is fetched when the reader comes near.
export function whenNear(place: HTMLElement, act: () => Promise<void>): void {
  const near = new IntersectionObserver(
    (seen) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      act().catch((cause: unknown) => {
        place.classList.add("failed");
        console.error(cause);
      });
    },
    { rootMargin: "400px" },
  );
  near.observe(place);
}
