/** Origin of the coordinator: it serves these pages itself. Only `npm run dev` has the pages elsewhere and names it. */
export function coordinatorUrl(): string {
  return process.env.NEXT_PUBLIC_CONVOY_COORDINATOR ?? window.location.origin;
}
