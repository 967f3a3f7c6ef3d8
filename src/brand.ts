declare const brand: unique symbol;

/** A `T` that only its own constructor function hands out. Free at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
