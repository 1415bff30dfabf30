/** Papers that several studies rest on, as their claims name them. */
export const LEE = 'Lee et al. 2019, arXiv:1902.06720';
export const CHIZAT = 'Chizat, Oyallon & Bach 2019, arXiv:1812.07956';
